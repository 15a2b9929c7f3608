"""The actions of the drill ``tasks_kill``: they have a module of their own, as actions must."""
