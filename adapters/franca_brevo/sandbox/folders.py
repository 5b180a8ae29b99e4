"""`/contacts/folders` and `/contacts/lists`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.errors import RefusedError, absent, invalid, missing, too_many
from franca_brevo.sandbox.reading import body_of, id_of, is_id, page_of, text_in
from franca_brevo.sandbox.store import Store

QUOTA = 300  # reported: 300 folders and 300 lists, Enterprise more


class Folders:
    """Folders and the lists in them."""

    def __init__(self, store: Store, assumptions: Mapping[str, bool]) -> None:
        self._store, self._assumptions = store, assumptions

    def routes(self) -> Sequence[Route]:
        """Return the routes of folders and lists, members excepted."""
        folders, lists = "/v3/contacts/folders", "/v3/contacts/lists"
        return (
            Route("GET", folders, self._folders, "getFolders"),
            Route("POST", folders, self._create_folder, "createFolder"),
            Route("GET", f"{folders}/{{folderId}}", self._get_folder, "getFolder"),
            Route("PUT", f"{folders}/{{folderId}}", self._update_folder, "updateFolder"),
            Route("DELETE", f"{folders}/{{folderId}}", self._delete_folder, "deleteFolder"),
            Route("GET", f"{folders}/{{folderId}}/lists", self._folder_lists, "getFolderLists"),
            Route("GET", lists, self._lists, "getLists"),
            Route("POST", lists, self._create_list, "createList"),
            Route("GET", f"{lists}/{{listId}}", self._get_list, "getList"),
            Route("PUT", f"{lists}/{{listId}}", self._update_list, "updateList"),
            Route("DELETE", f"{lists}/{{listId}}", self._delete_list, "deleteList"),
        )

    def require_list(self, list_id: int) -> sqlite3.Row:
        """Return the list's row; refuse an unknown id."""
        row = self._store.row("SELECT * FROM lists WHERE id = ?", list_id)
        if row is None:
            raise absent("List ID does not exist")
        return row

    def add_list(self, folder_id: object, name: str) -> int:
        """Create a list in a folder and return its id."""
        if not is_id(folder_id):
            raise invalid("folderId is invalid")
        self._require_folder(folder_id)
        if self._store.number("SELECT count(*) FROM lists") >= QUOTA:
            raise too_many("lists", QUOTA)
        self._refuse_same_name("lists", name, folder_id)
        return self._store.insert("INSERT INTO lists (folder_id, name, created_at) VALUES (?, ?, ?)", folder_id, name, self._store.now())

    # -- folders

    def _require_folder(self, folder_id: object) -> sqlite3.Row:
        row = self._store.row("SELECT * FROM folders WHERE id = ?", folder_id)
        if row is None:
            raise absent("Folder ID does not exist")  # code and words reported; that the status is 404 is a guess
        return row

    def _refuse_same_name(self, table: str, name: str, folder_id: object = None, but: int = 0) -> None:
        # reported (APIv3-php-library#22, the vendor): a folder with the same name can be created many times; for lists a guess
        if not self._assumptions["brevo.names-unique"]:
            return
        place = "folder_id = ?" if table == "lists" else "? IS NULL"
        sql = f"SELECT 1 FROM {table} WHERE name = ? AND {place} AND id != ?"  # noqa: S608 - our own table names
        if self._store.row(sql, name, folder_id, but):
            raise RefusedError(400, "duplicate_parameter", f"{table[:-1].title()} name already exists")

    def _folders(self, call: Call) -> Reply:
        page = page_of(call, default=10, most=50)
        rows = self._store.rows(f"SELECT * FROM folders ORDER BY id {page.order} LIMIT ? OFFSET ?", page.limit, page.offset)  # noqa: S608 - ASC or DESC
        return Reply(body={"count": self._store.number("SELECT count(*) FROM folders"), "folders": list(map(_folder, rows))})

    def _create_folder(self, call: Call) -> Reply:
        name = text_in(body_of(call), "name", "Folder name")
        if self._store.number("SELECT count(*) FROM folders") >= QUOTA:
            raise too_many("folders", QUOTA)
        self._refuse_same_name("folders", name)
        return Reply(status=201, body={"id": self._store.insert("INSERT INTO folders (name) VALUES (?)", name)})

    def _get_folder(self, call: Call) -> Reply:
        return Reply(body=_folder(self._require_folder(id_of(call, "folderId"))))

    def _update_folder(self, call: Call) -> Reply:
        folder = self._require_folder(id_of(call, "folderId"))
        name = text_in(body_of(call), "name", "Folder name")
        self._refuse_same_name("folders", name, but=folder["id"])
        self._store.run("UPDATE folders SET name = ? WHERE id = ?", name, folder["id"])
        return Reply(status=204)

    def _delete_folder(self, call: Call) -> Reply:
        # documented: deletes all lists of the folder too, "cannot be undone"
        folder = self._require_folder(id_of(call, "folderId"))
        for row in self._store.rows("SELECT id FROM lists WHERE folder_id = ?", folder["id"]):
            self._drop_list(row["id"])
        self._store.run("DELETE FROM folders WHERE id = ?", folder["id"])
        return Reply(status=204)

    # -- lists

    def _folder_lists(self, call: Call) -> Reply:
        folder = self._require_folder(id_of(call, "folderId"))
        return self._page_of_lists(call, "WHERE folder_id = ?", folder["id"], folder=False)

    def _lists(self, call: Call) -> Reply:
        return self._page_of_lists(call, "", folder=True)

    def _page_of_lists(self, call: Call, where: str, *values: Any, folder: bool) -> Reply:
        page = page_of(call, default=10, most=50)
        total = self._store.number(f"SELECT count(*) FROM lists {where}", *values)  # noqa: S608 - our own conditions
        sql = f"SELECT * FROM lists {where} ORDER BY id {page.order} LIMIT ? OFFSET ?"  # noqa: S608 - same
        return Reply(
            body={
                "count": total,
                "lists": [self._list(row, folder=folder) for row in self._store.rows(sql, *values, page.limit, page.offset)],
            }
        )

    def _list(self, row: sqlite3.Row, *, folder: bool) -> dict[str, Any]:
        # documented: totalSubscribers and totalBlacklisted "are being dropped, default 0"; folderId is not in a folder's own lists
        shown = {
            "id": row["id"],
            "name": row["name"],
            "totalBlacklisted": 0,
            "totalSubscribers": 0,
            "uniqueSubscribers": self._unique(row["id"]),
        }
        return shown | ({"folderId": row["folder_id"]} if folder else {})

    def _unique(self, list_id: int) -> int:
        # documented: "number of unique contacts in the list"; in the contract's examples it is totalSubscribers + totalBlacklisted
        # (6596 = 6533 + 63), so that blocklisted members count; the assumption flips that
        if self._assumptions["brevo.unique-includes-blocklisted"]:
            return self._store.number("SELECT count(*) FROM members WHERE list_id = ?", list_id)
        sql = "SELECT count(*) FROM members JOIN contacts ON id = contact_id WHERE list_id = ? AND NOT email_blacklisted"
        return self._store.number(sql, list_id)

    def _create_list(self, call: Call) -> Reply:
        body = body_of(call)
        name = text_in(body, "name", "List name")
        if body.get("folderId") is None:
            raise missing("folderId")
        return Reply(status=201, body={"id": self.add_list(body["folderId"], name)})

    def _get_list(self, call: Call) -> Reply:
        row = self.require_list(id_of(call, "listId"))
        # reported: these further fields; nothing is ever sent here, so that there are no statistics
        more = {"createdAt": row["created_at"], "dynamicList": False, "campaignStats": []}
        return Reply(body=self._list(row, folder=True) | more)

    def _update_list(self, call: Call) -> Reply:
        row = self.require_list(id_of(call, "listId"))
        body = body_of(call)
        given = [key for key in ("name", "folderId") if key in body]
        if len(given) != 1:
            # documented twice, "or both" and "either of the two can be updated at a time"; refusing both is a guess
            raise invalid("Either name or folderId can be updated at a time") if given else missing("name or folderId")
        if given == ["name"]:
            name = text_in(body, "name", "List name")
            self._refuse_same_name("lists", name, row["folder_id"], but=row["id"])
            self._store.run("UPDATE lists SET name = ? WHERE id = ?", name, row["id"])
        elif is_id(body["folderId"]):
            self._store.run("UPDATE lists SET folder_id = ? WHERE id = ?", self._require_folder(body["folderId"])["id"], row["id"])
        else:
            raise invalid("folderId is invalid")
        return Reply(status=204)

    def _delete_list(self, call: Call) -> Reply:
        self._drop_list(self.require_list(id_of(call, "listId"))["id"])
        return Reply(status=204)

    def _drop_list(self, list_id: int) -> None:
        # documented: the contacts stay
        self._store.run("DELETE FROM members WHERE list_id = ?", list_id)
        self._store.run("DELETE FROM lists WHERE id = ?", list_id)


def _folder(row: sqlite3.Row) -> dict[str, Any]:
    # documented: the three counters of folders are deprecated; 0 is the documented default of two of them
    return {"id": row["id"], "name": row["name"], "totalBlacklisted": 0, "totalSubscribers": 0, "uniqueSubscribers": 0}
