DROP TRIGGER aifa_notes_changed ON aifa_notes;
DROP TRIGGER narcotics_changed ON narcotics;
DROP TRIGGER substitution_motives_changed ON substitution_motives;
DROP TRIGGER prescribing_limits_changed ON prescribing_limits;
DROP FUNCTION law_changed();
DROP TABLE law_stamp;
