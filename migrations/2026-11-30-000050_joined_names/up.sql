-- A search key now begins with the surname in one piece. Folding is the program's own (kernel::folding): an empty key
-- asks it for a new one, right after the migrations. Names of one plain word keep theirs, which is the same.
{sqlite}
UPDATE patients SET search_key = '' WHERE surname GLOB '*[^A-Za-z]*' OR name GLOB '*[^A-Za-z]*';
{postgres}
UPDATE patients SET search_key = '' WHERE surname ~ '[^A-Za-z]' OR name ~ '[^A-Za-z]';
{end}
-- Empty but for a moment: it makes looking for keys to fill cost nothing at each start.
CREATE INDEX patients_without_key ON patients (search_key) WHERE search_key = '';
