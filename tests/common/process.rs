//! A program of ours as a child process: its output is read, its end is certain.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// A port nobody listens on now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[derive(Default)]
struct Output {
    lines: VecDeque<String>,
    closed: usize,
}

/// A running child; dropping it kills it.
pub struct Process {
    name: &'static str,
    child: Child,
    output: Arc<(Mutex<Output>, Condvar)>,
}

impl Process {
    /// Starts `command` in a process group of its own, so that a Ctrl-C at the terminal reaches the test first.
    pub fn start(name: &'static str, command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let output = Arc::<(Mutex<Output>, Condvar)>::default();
        listen(child.stdout.take().unwrap(), &output);
        listen(child.stderr.take().unwrap(), &output);
        Self { name, child, output }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `find` makes something of what was printed so far.
    pub fn expect<T>(&self, limit: Duration, mut find: impl FnMut(&[String]) -> Option<T>) -> T {
        let (lock, changed) = &*self.output;
        let deadline = Instant::now() + limit;
        let mut output = lock.lock().unwrap();
        loop {
            if let Some(found) = find(output.lines.make_contiguous()) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let over = left.is_zero() || output.closed == 2;
            assert!(!over, "{} did not say what was awaited; it said:\n{:#?}", self.name, output.lines);
            output = changed.wait_timeout(output, left).unwrap().0;
        }
    }

    /// All that was printed so far, both outputs.
    pub fn said(&self) -> String {
        self.output.0.lock().unwrap().lines.iter().fold(String::new(), |all, line| format!("{all}{line}\n"))
    }

    /// Waits for the end.
    pub fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal by name (`TERM`, `STOP`).
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "signal {name} to {}", self.name);
    }

    /// SIGKILL: nothing of the child runs after this.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn listen(stream: impl Read + Send + 'static, output: &Arc<(Mutex<Output>, Condvar)>) {
    let output = Arc::clone(output);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            output.0.lock().unwrap().lines.push_back(line);
            output.1.notify_all();
        }
        output.0.lock().unwrap().closed += 1;
        output.1.notify_all();
    });
}
