"""A company has one Installer Admin (R1), and the database says so, too.

Where there are several, the one that was there first and can sign in stays it. The others keep every right, by a role
of the company's own; what the Installer Admin alone may do is asked of the role, and is theirs no more.
"""

ALL = (
    "add_sites manage_all_sites manage_devices manage_exceptions manage_firmware manage_health manage_linkage "
    "manage_sites manage_team"
)
NAME = "All rights"
ADMIN = "role = 'installer_admin'"
SEVERAL = (
    f"SELECT company_id FROM account WHERE {ADMIN} AND company_id IS NOT NULL GROUP BY company_id HAVING COUNT(*) > 1"
)
OF_COMPANY = f"SELECT id FROM account WHERE {ADMIN} AND company_id = {{}} ORDER BY disabled_at IS NOT NULL, id"


def up(migrator, db):
    for (company,) in db.execute_sql(SEVERAL).fetchall():
        _first, *others = [row[0] for row in db.execute_sql(OF_COMPANY.format(company)).fetchall()]
        role = own_role(db, company)
        for other in others:
            db.execute_sql(f"UPDATE account SET role = 'own', own_role_id = {role} WHERE id = {other}")
            db.execute_sql(f"UPDATE session SET viewing_id = NULL WHERE account_id = {other}")
    db.execute_sql(f"CREATE UNIQUE INDEX account_one_admin ON account (company_id) WHERE {ADMIN}")


def own_role(db, company):
    """The id of a new role that may do everything, by a name that the company has not given."""
    of_company = f"SELECT {{}} FROM company_role WHERE company_id = {company}"
    taken = {row[0] for row in db.execute_sql(of_company.format("name")).fetchall()}
    name, number = NAME, 1
    while name in taken:
        number += 1
        name = f"{NAME} {number}"
    db.execute_sql(f"INSERT INTO company_role (company_id, name, rights) VALUES ({company}, '{name}', '{ALL}')")
    return db.execute_sql(of_company.format("id") + f" AND name = '{name}'").fetchone()[0]


def down(migrator, db):
    db.execute_sql("DROP INDEX account_one_admin")
