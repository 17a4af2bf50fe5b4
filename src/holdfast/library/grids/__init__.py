"""Pictures of coloured squares that change their colours and sizes."""
