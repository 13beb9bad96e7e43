-- Notices on a doctor's own devices (web push): that there is something to see, never what.

-- The portal's own key pair, made once: push services know the portal by it. There is one row.
CREATE TABLE push_keys (
    id                  {int} PRIMARY KEY,
    -- Sealed.
    private_key         {bytes} NOT NULL,
    -- Uncompressed point, base64url: browsers are given it.
    public_key          TEXT NOT NULL,
    created_at          TIMESTAMP NOT NULL
);

-- Hosts that a device may ask the portal to call, and no others.
CREATE TABLE push_services (
    host                TEXT PRIMARY KEY,
    -- Also every host below it.
    subdomains          BOOLEAN NOT NULL,
    valid_from          DATE NOT NULL,
    valid_to            DATE
);
INSERT INTO push_services (host, subdomains, valid_from) VALUES
{sqlite}
    ('fcm.googleapis.com', 0, '2026-11-30'),
    ('updates.push.services.mozilla.com', 0, '2026-11-30'),
    ('push.apple.com', 1, '2026-11-30'),
    ('notify.windows.com', 1, '2026-11-30');
{postgres}
    ('fcm.googleapis.com', FALSE, '2026-11-30'),
    ('updates.push.services.mozilla.com', FALSE, '2026-11-30'),
    ('push.apple.com', TRUE, '2026-11-30'),
    ('notify.windows.com', TRUE, '2026-11-30');
{end}

CREATE TABLE push_subscriptions (
    id                  {id},
    user_id             {int} NOT NULL REFERENCES users (id),
    -- Keyed digest of the address: one device has one row, whoever uses it now.
    endpoint_digest     TEXT NOT NULL UNIQUE,
    -- The address to call, sealed; NULL only while the row is being made.
    endpoint            {bytes},
    -- Browser and size, for the doctor's list; digest of the device's own cookie, empty when it has none.
    device              TEXT NOT NULL,
    device_hash         TEXT NOT NULL,
    created_at          TIMESTAMP NOT NULL,
    -- The last notice that its service took.
    notified_at         TIMESTAMP
);
CREATE INDEX push_subscriptions_user ON push_subscriptions (user_id, id);
