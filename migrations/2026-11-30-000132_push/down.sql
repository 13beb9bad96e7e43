DROP TABLE push_subscriptions;
DROP TABLE push_services;
DROP TABLE push_keys;
