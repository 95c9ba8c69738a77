"""The chapter as one page to play with: its formulas, their functions in JavaScript, and the file made of both."""
