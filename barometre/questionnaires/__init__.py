"""Les questionnaires, dans les formats des outils qui les mettent en ligne : LimeSurvey, XLSForm."""
