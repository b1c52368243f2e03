"""One class per verb of the user; async, sees only core and layout."""
