DROP TABLE api_download_rows;
DROP TABLE api_downloads;
DROP TABLE action_budgets;
DROP TABLE api_tokens;
