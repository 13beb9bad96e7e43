-- When whoever runs the program vouched for a doctor. Who registered alone is not verified until then; of the doctors there
-- are, those added by the operator (their username is not their address) and those whom SAC has given a code are.
ALTER TABLE doctors ADD COLUMN verified_at TIMESTAMP;
UPDATE doctors SET verified_at = (SELECT created_at FROM users WHERE users.id = doctors.user_id)
WHERE EXISTS (SELECT 1 FROM users WHERE users.id = doctors.user_id AND users.username <> users.email)
   OR EXISTS (SELECT 1 FROM prescriptions WHERE prescriptions.doctor_id = doctors.user_id AND prescriptions.auth_code <> '');
