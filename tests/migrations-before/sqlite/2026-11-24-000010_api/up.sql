-- Programs of the studio that act for a user. A token is shown once and kept as a digest; it is dead when its user's
-- password has changed since.
CREATE TABLE api_tokens (
    id                  INTEGER PRIMARY KEY,
    token_hash          TEXT NOT NULL UNIQUE,
    user_id             INTEGER NOT NULL REFERENCES users (id),
    -- What the program calls itself.
    client              TEXT NOT NULL,
    -- Space separated.
    scopes              TEXT NOT NULL,
    created_at          TIMESTAMP NOT NULL,
    last_used_at        TIMESTAMP NOT NULL,
    expires_at          TIMESTAMP NOT NULL,
    revoked_at          TIMESTAMP
);
CREATE INDEX api_tokens_user ON api_tokens (user_id, expires_at);
CREATE INDEX api_tokens_age ON api_tokens (expires_at);

-- How much of an action a user may still do now: a bucket that fills with time.
CREATE TABLE action_budgets (
    user_id             INTEGER NOT NULL REFERENCES users (id),
    action              TEXT NOT NULL,
    -- Thousandths of one act.
    level               INTEGER NOT NULL,
    filled_at           TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, action)
);

-- News offered to a studio, until it says that it has them.
CREATE TABLE api_downloads (
    id                  INTEGER PRIMARY KEY,
    user_id             INTEGER NOT NULL REFERENCES users (id),
    doctor_id           INTEGER NOT NULL REFERENCES users (id),
    offered_at          TIMESTAMP NOT NULL,
    acknowledged_at     TIMESTAMP
);
CREATE INDEX api_downloads_user ON api_downloads (user_id, doctor_id, id);
CREATE INDEX api_downloads_age ON api_downloads (offered_at);

CREATE TABLE api_download_rows (
    download_id         INTEGER NOT NULL REFERENCES api_downloads (id) ON DELETE CASCADE,
    prescription_id     INTEGER NOT NULL REFERENCES prescriptions (id),
    -- As it was told.
    state               TEXT NOT NULL,
    PRIMARY KEY (download_id, prescription_id)
);
