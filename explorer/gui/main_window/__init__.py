"""The main window: the places of its panels, its menus, its files."""
