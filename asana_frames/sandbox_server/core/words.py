"""Names and texts of the synthetic company."""

PEOPLE = (
    "Zoe Ng", "Amara Okafor", "Ben Fischer", "Carla Mendes", "Daniel Novak", "Elif Yildiz",
    "Farid Haddad", "Greta Lindqvist", "Hiro Tanaka", "Ines Moreau", "Jonas Weber", "Keiko Mori",
    "Liam O'Brien", "Maya Patel", "Nils Berg", "Olga Ivanova", "Pedro Santos", "Quinn Taylor",
    "Rosa Jimenez", "Samir Aziz", "Tove Jansson", "Uma Krishnan", "Viktor Horvat",
    "Wanda Kowalska",
)  # fmt: skip
TEAMS = ("Marketing", "Product", "Engineering", "Customer Success", "Operations")
#: Project name, team, sections, weight of its share of tasks.
PROJECTS = (
    ("Website relaunch", "Marketing", ("Backlog", "In progress", "Review", "Done"), 16),
    ("Autumn campaign", "Marketing", ("Ideas", "Production", "Live", "Done"), 11),
    ("Quarterly planning", "Marketing", ("Open", "Decided"), 4),
    ("Quarterly planning", "Product", ("Open", "Decided"), 4),
    ("Mobile app", "Product", ("Backlog", "Next", "Building", "Testing", "Shipped"), 16),
    ("Product discovery", "Product", ("Questions", "Research", "Answered"), 8),
    ("Platform reliability", "Engineering", ("To do", "Doing", "Blocked", "Done"), 12),
    ("Data warehouse", "Engineering", ("To do", "Doing", "Done"), 9),
    ("Customer onboarding", "Customer Success", ("New", "Kick-off", "Training", "Live"), 10),
    ("Support playbook", "Customer Success", ("Drafts", "Review", "Published"), 5),
    ("Office move", "Operations", ("To do", "Waiting", "Done"), 5),
    ("Someday maybe", "Operations", ("Untitled section",), 0),
)
VERBS = (
    "Draft", "Review", "Design", "Test", "Ship", "Plan", "Fix", "Measure", "Write", "Update",
    "Prepare", "Translate", "Approve", "Migrate", "Document", "Research", "Present", "Clean up",
)  # fmt: skip
THINGS = (
    "landing page", "pricing table", "release notes", "sign-up form", "onboarding mail",
    "sales deck", "search index", "error budget", "data model", "press kit", "help centre",
    "cookie banner", "invoice export", "login screen", "user survey", "load test", "roadmap",
    "API limits", "dashboard", "backup job", "contract", "floor plan", "style guide", "newsletter",
)  # fmt: skip
FOR_WHOM = (
    "for launch", "for partners", "with legal", "in German", "for mobile", "before freeze",
    "for Q4", "after feedback", "", "", "", "",
)  # fmt: skip
COMMENTS = (
    "Looks good to me.", "Can we move this to next week?", "Waiting for the agency.",
    "Done, please have a look.", "I added the numbers.", "Who can help with this?",
    "This depends on the contract.", "Great work!",
)  # fmt: skip
TAGS = ("quick win", "blocked", "customer", "legal", "waiting", "design", "tech debt", "launch")
CATEGORIES = (
    ("Design", "blue"),
    ("Development", "green"),
    ("Meetings", "orange"),
    ("Research", "purple"),
)
COLORS = (
    "dark-blue",
    "light-green",
    "dark-orange",
    "light-purple",
    "dark-teal",
    "light-red",
    "none",
)
UPDATES = {
    "on_track": "On track: milestones are met.",
    "at_risk": "At risk: two dependencies slipped.",
    "off_track": "Off track: we need another month.",
    "complete": "Complete: handed over.",
    "achieved": "Achieved.",
}
