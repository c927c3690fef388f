"""The places of a source that tools/mutants changes, found in the compiler's own syntax tree. Needs Debian's
python3-clang-14."""
import subprocess
import sys

import clang.cindex as cindex
from clang.cindex import CursorKind as K

OPPOSITE = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
FUNCTIONS = (K.FUNCTION_DECL, K.CXX_METHOD, K.CONSTRUCTOR, K.DESTRUCTOR, K.LAMBDA_EXPR)


class Change:
    """One edit of one source: the bytes from `start` to `end` become `text`."""

    def __init__(self, source, line, start, end, text, kind):
        self.source, self.line, self.start, self.end, self.text, self.kind = source, line, start, end, text, kind


# ---- places to change ----

def operator_between(cursor):
    """The operator of a binary expression and where it stands: between its two operands."""
    children = list(cursor.get_children())
    if len(children) != 2:
        return None
    begin, end = children[0].extent.end.offset, children[1].extent.start.offset
    for token in cursor.get_tokens():
        if begin <= token.extent.start.offset < end and token.spelling not in ("(", ")"):
            return token.spelling, token.extent.start.offset, token.extent.end.offset, children
    return None


def is_assignment(cursor):
    if cursor.kind == K.COMPOUND_ASSIGNMENT_OPERATOR:
        return True
    found = operator_between(cursor) if cursor.kind == K.BINARY_OPERATOR else None
    return found is not None and found[0] == "="


class Finder:
    def __init__(self, root, source, text):
        self.root, self.source, self.text, self.changes = root, source, text, []

    def add(self, cursor, start, end, text, kind):
        self.changes.append(Change(self.source, cursor.location.line, start, end, text, kind))

    def words(self, cursor):
        return self.text[cursor.extent.start.offset:cursor.extent.end.offset].decode()

    def expression(self, cursor):
        if cursor.kind == K.BINARY_OPERATOR:
            found = operator_between(cursor)
            if found is None:
                return
            operator, start, end, (left, right) = found
            if operator in OPPOSITE:
                self.add(cursor, start, end, OPPOSITE[operator], "comparison")
            elif operator in ("&&", "||"):
                whole = cursor.extent
                for side in (left, right):
                    self.add(cursor, whole.start.offset, whole.end.offset, self.words(side), "part-left-out")
            elif operator in ("+", "-"):
                self.add(cursor, start, end, "-" if operator == "+" else "+", "arithmetic")
        elif cursor.kind == K.ARRAY_SUBSCRIPT_EXPR:
            index = list(cursor.get_children())[-1]
            self.add(cursor, index.extent.start.offset, index.extent.end.offset,
                     f"({self.words(index)}) + 1", "index-off-by-one")
        elif cursor.kind == K.CALL_EXPR:
            arguments = list(cursor.get_arguments())
            for first, second in zip(arguments, arguments[1:]):
                alike = first.type.get_canonical().spelling == second.type.get_canonical().spelling
                if alike and self.words(first) != self.words(second):
                    between = self.text[first.extent.end.offset:second.extent.start.offset].decode()
                    self.add(cursor, first.extent.start.offset, second.extent.end.offset,
                             self.words(second) + between + self.words(first), "arguments-swapped")

    def statement(self, cursor):
        """A statement that stands in a block: left out."""
        if cursor.kind == K.CALL_EXPR or is_assignment(cursor) or cursor.kind == K.UNARY_OPERATOR:
            kind = "call-left-out" if cursor.kind == K.CALL_EXPR else "assignment-left-out"
            self.add(cursor, cursor.extent.start.offset, cursor.extent.end.offset, "(void)0", kind)
        elif cursor.kind == K.IF_STMT:
            parts = list(cursor.get_children())
            condition = parts[0]
            for value in ("0", "1"):
                self.add(cursor, condition.extent.start.offset, condition.extent.end.offset,
                         value, "condition-never" if value == "0" else "condition-always")
        elif cursor.kind == K.RETURN_STMT and list(cursor.get_children()):
            value = list(cursor.get_children())[0]
            if value.type.get_canonical().spelling in ("bool", "_Bool"):
                self.add(cursor, value.extent.start.offset, value.extent.end.offset,
                         f"!({self.words(value)})", "answer-turned")

    def function(self, cursor):
        body = [child for child in cursor.get_children() if child.kind == K.COMPOUND_STMT]
        if body and cursor.result_type.spelling == "void":
            at = body[0].extent.start.offset + 1
            self.add(cursor, at, at, " return;", "early-return")

    def walk(self, cursor):
        inside = cursor.location.file is None or cursor.location.file.name == str(self.root / self.source)
        if not inside:
            return
        if cursor.kind in FUNCTIONS:
            self.function(cursor)
        self.expression(cursor)
        for child in cursor.get_children():
            if cursor.kind == K.COMPOUND_STMT:
                self.statement(child)
            self.walk(child)


def changes_of(root, source):
    path = root / source
    language = ["-x", "c++", "-std=c++17"] if path.suffix == ".cpp" else ["-x", "c", "-std=c11", "-D_GNU_SOURCE"]
    include = subprocess.run(["clang", "-print-resource-dir"], capture_output=True, text=True, check=True)
    unit = cindex.Index.create().parse(
        str(path), args=[*language, f"-I{root}", f"-I{root}/harness/cache", f"-I{include.stdout.strip()}/include"])
    errors = [d for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
    if errors:
        sys.exit(f"tools/mutants: {source}: {errors[0]}")
    finder = Finder(root, source, path.read_bytes())
    finder.walk(unit.cursor)
    unique = {(c.start, c.end, c.text): c for c in finder.changes}
    return sorted(unique.values(), key=lambda c: (c.start, c.end, c.text))
