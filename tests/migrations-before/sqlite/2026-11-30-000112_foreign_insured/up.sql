-- Patients insured by another State: known by the number of their European card (or of what stands for it), which is their code.
-- '' = insured here; 'UE', 'EE', 'NE' = how SAC calls the kinds.
ALTER TABLE patients ADD COLUMN foreign_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE patients ADD COLUMN foreign_state TEXT NOT NULL DEFAULT '';
ALTER TABLE patients ADD COLUMN foreign_institution TEXT NOT NULL DEFAULT '';
ALTER TABLE patients ADD COLUMN foreign_number TEXT NOT NULL DEFAULT '';
ALTER TABLE patients ADD COLUMN card_expires_on DATE;
-- The same, frozen with the prescription: the kind, and the section of the request as JSON ('' = none).
ALTER TABLE prescriptions ADD COLUMN foreign_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE prescriptions ADD COLUMN foreign_section TEXT NOT NULL DEFAULT '';
