//! The program: parses the arguments and runs the command.

fn main() {}
