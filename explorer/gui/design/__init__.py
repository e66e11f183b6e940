"""The design on the screen: editor, table, diagram, totals, and one block opened."""
