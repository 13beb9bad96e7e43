-- Who may enter, from which device, and how often they got it wrong.
CREATE TABLE users (
    id                  INTEGER PRIMARY KEY,
    username            TEXT NOT NULL COLLATE BINARY UNIQUE,
    role                TEXT NOT NULL,
    surname             TEXT NOT NULL,
    name                TEXT NOT NULL,
    fiscal_code         TEXT NOT NULL,
    email               TEXT NOT NULL DEFAULT '',
    phone               TEXT NOT NULL DEFAULT '',
    password_hash       TEXT NOT NULL,
    password_state      TEXT NOT NULL,
    password_changed_at TIMESTAMP NOT NULL,
    active              BOOLEAN NOT NULL,
    confirmed_at        TIMESTAMP,
    created_at          TIMESTAMP NOT NULL,
    last_login_at       TIMESTAMP,
    previous_login_at   TIMESTAMP
);
CREATE INDEX users_fiscal_code ON users (fiscal_code, role);
CREATE INDEX users_unconfirmed ON users (role, confirmed_at, created_at);
CREATE INDEX users_email ON users (email);

CREATE TABLE doctors (
    user_id             INTEGER PRIMARY KEY REFERENCES users (id),
    region_code         TEXT NOT NULL,
    asl_code            TEXT NOT NULL,
    province            TEXT NOT NULL DEFAULT '',
    specialization      TEXT NOT NULL,
    structure_code      TEXT NOT NULL DEFAULT '',
    regional_code       TEXT NOT NULL DEFAULT '',
    surgery_address     TEXT NOT NULL DEFAULT '',
    surgery_phone       TEXT NOT NULL DEFAULT ''
);

CREATE TABLE sessions (
    id_hash             TEXT PRIMARY KEY,
    user_id             INTEGER REFERENCES users (id),
    state               TEXT NOT NULL,
    device              TEXT NOT NULL DEFAULT '',
    created_at          TIMESTAMP NOT NULL,
    last_seen_at        TIMESTAMP NOT NULL,
    authenticated_at    TIMESTAMP,
    expires_at          TIMESTAMP NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE login_throttle (
    throttle_key        TEXT PRIMARY KEY,
    failures            INTEGER NOT NULL,
    window_started_at   TIMESTAMP NOT NULL,
    last_failure_at     TIMESTAMP NOT NULL,
    blocked_until       TIMESTAMP
);
CREATE INDEX login_throttle_age ON login_throttle (last_failure_at);

CREATE TABLE known_devices (
    token_hash          TEXT PRIMARY KEY,
    user_id             INTEGER NOT NULL REFERENCES users (id),
    created_at          TIMESTAMP NOT NULL,
    last_used_at        TIMESTAMP NOT NULL
);
CREATE INDEX known_devices_user ON known_devices (user_id);

CREATE TABLE one_time_tokens (
    token_hash          TEXT PRIMARY KEY,
    user_id             INTEGER NOT NULL REFERENCES users (id),
    purpose             TEXT NOT NULL,
    created_at          TIMESTAMP NOT NULL,
    expires_at          TIMESTAMP NOT NULL,
    used_at             TIMESTAMP
);
CREATE INDEX one_time_tokens_user ON one_time_tokens (user_id);
CREATE INDEX one_time_tokens_expiry ON one_time_tokens (expires_at);

-- A form that arrived after its session had ended, kept until its author logs in again.
CREATE TABLE kept_forms (
    id                  INTEGER PRIMARY KEY,
    user_id             INTEGER NOT NULL REFERENCES users (id),
    path                TEXT NOT NULL,
    body                BLOB NOT NULL,
    created_at          TIMESTAMP NOT NULL
);
CREATE INDEX kept_forms_user ON kept_forms (user_id);
CREATE INDEX kept_forms_age ON kept_forms (created_at);

-- One row per rendered form that was acted upon: the second arrival finds the first one's answer.
CREATE TABLE idempotency_keys (
    user_id             INTEGER NOT NULL REFERENCES users (id),
    form_key            TEXT NOT NULL,
    body_hash           TEXT NOT NULL,
    answer_path         TEXT NOT NULL,
    created_at          TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, form_key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- Work to be done after the commit that asked for it: kind and id only, never personal data.
CREATE TABLE outbox (
    id                  INTEGER PRIMARY KEY,
    kind                TEXT NOT NULL,
    subject_id          INTEGER NOT NULL,
    secret              BLOB,
    run_at              TIMESTAMP NOT NULL,
    leased_until        TIMESTAMP,
    attempts            INTEGER NOT NULL,
    state               TEXT NOT NULL,
    last_error          TEXT NOT NULL DEFAULT '',
    created_at          TIMESTAMP NOT NULL
);
CREATE INDEX outbox_due ON outbox (state, run_at);
CREATE INDEX outbox_leases ON outbox (state, leased_until);
