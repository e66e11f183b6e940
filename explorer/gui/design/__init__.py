"""The design on the screen: editor, table, diagram, totals, and the view of one block."""
