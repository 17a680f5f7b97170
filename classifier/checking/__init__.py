"""`carebot corpus`: whether labelled texts are what labels.md and topics.md say, and what they hold."""
