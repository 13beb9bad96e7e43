-- The keys stay: they hold every word the older ones held.
DROP INDEX patients_without_key;
