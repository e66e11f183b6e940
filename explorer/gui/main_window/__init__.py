"""The main window: where everything stands, its menus, its files."""
