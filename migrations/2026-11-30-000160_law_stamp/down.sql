{sqlite}
DROP TRIGGER aifa_notes_grew;
DROP TRIGGER aifa_notes_changed;
DROP TRIGGER aifa_notes_shrank;
DROP TRIGGER narcotics_grew;
DROP TRIGGER narcotics_changed;
DROP TRIGGER narcotics_shrank;
DROP TRIGGER substitution_motives_grew;
DROP TRIGGER substitution_motives_changed;
DROP TRIGGER substitution_motives_shrank;
DROP TRIGGER prescribing_limits_grew;
DROP TRIGGER prescribing_limits_changed;
DROP TRIGGER prescribing_limits_shrank;
{postgres}
DROP TRIGGER aifa_notes_changed ON aifa_notes;
DROP TRIGGER narcotics_changed ON narcotics;
DROP TRIGGER substitution_motives_changed ON substitution_motives;
DROP TRIGGER prescribing_limits_changed ON prescribing_limits;
DROP FUNCTION law_changed();
{end}
DROP TABLE law_stamp;
