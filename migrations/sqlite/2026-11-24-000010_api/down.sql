DROP TABLE action_budgets;
DROP TABLE api_tokens;
