"""django-helpdesk, the rival of the intake: these modules run in an environment of its own."""
