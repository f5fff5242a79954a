"""What the portal knows of merchants and agents beside what the engine keeps of them: who they
are, whom to call, where they are, what papers they gave, and how they came.

    draft ─▶ submitted ─▶ in review ─▶ approved: the engine keeps it from here on
               ▲   │          │  ▲         (suspended, reinstated, closed there)
               │   └──────────┤  └── reopened ◀─ rejected
               └─ more information asked

Three rooms show it: the issuer's merchants, the public application, and a merchant's own pages.
"""
