"""What a turn of a conversation asks for: intent, scope, spelling."""
