-- What whoever runs the program did to an account from the command line. No names: the user is a row, the detail a word.
CREATE TABLE operator_acts (
    id INTEGER PRIMARY KEY,
    act TEXT NOT NULL,
    user_id INTEGER REFERENCES users (id),
    happened_at TIMESTAMP NOT NULL
);
