# SPDX-License-Identifier: Apache-2.0
"""Each kind of breaking change is caught, each kind of addition is not, on a small schema of the test's own."""
import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path

def load_tool():
    path = str(Path(__file__).resolve().parents[1] / "tools/schema_lock")
    spec = importlib.util.spec_from_loader("schema_lock", importlib.machinery.SourceFileLoader("schema_lock", path))
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


TOOL = load_tool()

PROTO = """syntax = "proto3";
package gw;
enum Colour { NONE = 0; RED = 1; BLUE = 2; }
message Leaf { string text = 1; }
message Tree {
  uint32 height = 1;
  string name = 2;
  repeated Leaf leaves = 3;
  Colour colour = 4;
  oneof end { bool felled = 5; string fallen = 6; }
  reserved 10 to 19;
}
"""
FRAMES = "enum gw_msg {\n    GW_MSG_TREE = 0x10,\n    GW_MSG_LEAF = 0x11,\n};\n"


class SchemaLock(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory()
        self.addCleanup(self.temp.cleanup)
        self.dir = Path(self.temp.name)
        self.write(PROTO)
        self.frames = FRAMES
        self.run_tool("--update")

    def write(self, proto):
        (self.dir / "tree.proto").write_text(proto)
        self.proto = proto

    def run_tool(self, *args):
        (self.dir / "frame.h").write_text(getattr(self, "frames", FRAMES))
        try:
            TOOL.main(["--protos", str(self.dir), "--frames", str(self.dir / "frame.h"), "--lock", str(self.dir / "lock"), *args])
        except SystemExit as exit:
            return 1, str(exit.code)
        return 0, ""

    def change(self, *pairs):
        proto = self.proto
        for old, new in pairs:
            self.assertIn(old, proto)
            proto = proto.replace(old, new)
        self.write(proto)

    def assert_breaks(self, reason):
        for args in ((), ("--update",)):
            code, text = self.run_tool(*args)
            self.assertEqual(code, 1, text)
            self.assertIn("breaks old readers", text)
            self.assertIn(reason, text)

    def assert_update_takes_it(self):
        code, text = self.run_tool()
        self.assertEqual(code, 1)
        self.assertIn("behind", text)
        self.assertEqual(self.run_tool("--update"), (0, ""))
        self.assertEqual(self.run_tool(), (0, ""))

    def test_nothing_changed(self):
        self.assertEqual(self.run_tool(), (0, ""))

    def test_the_lock_is_readable(self):
        lock = (self.dir / "lock").read_text()
        self.assertIn("message Tree\n  1 height uint32\n  2 name string\n  3 leaves repeated Leaf\n  4 colour Colour\n"
                      "  5 felled bool oneof end\n  6 fallen string oneof end\n  kept 10 to 19\n", lock)
        self.assertIn("enum frame types\n  16 TREE\n  17 LEAF\n", lock)

    def test_name_changed(self):
        self.change(("name = 2", "title = 2"))
        self.assert_breaks("message Tree: 2 was \"name string\", is \"title string\"")

    def test_type_changed(self):
        self.change(("uint32 height", "uint64 height"))
        self.assert_breaks("1 was \"height uint32\", is \"height uint64\"")

    def test_message_type_changed(self):
        self.change(("repeated Leaf leaves", "repeated Tree leaves"))
        self.assert_breaks("3 was \"leaves repeated Leaf\"")

    def test_label_changed(self):
        self.change(("repeated Leaf leaves", "Leaf leaves"))
        self.assert_breaks("is \"leaves Leaf\"")

    def test_oneof_left(self):
        self.change(("oneof end { bool felled = 5; ", "bool felled = 5; oneof end { "))
        self.assert_breaks("5 was \"felled bool oneof end\", is \"felled bool\"")

    def test_number_moved(self):
        self.change(("name = 2", "name = 7"))
        self.assert_breaks("name moved from 2 to 7")

    def test_field_vanished(self):
        self.change(("  string name = 2;\n", ""))
        self.assert_breaks("2 name vanished: reserve its number and its name")

    def test_field_vanished_with_half_a_reservation(self):
        self.change(("  string name = 2;\n", "  reserved 2;\n"))
        self.assert_breaks("2 name vanished")
        self.change(("  reserved 2;\n", "  reserved \"name\";\n"))
        self.assert_breaks("2 name vanished")

    def test_message_vanished(self):
        self.change(("message Leaf { string text = 1; }\n", ""), ("  repeated Leaf leaves = 3;\n", "  reserved 3; reserved \"leaves\";\n"))
        self.assert_breaks("message Leaf: vanished")

    def test_enum_value_changed_and_vanished(self):
        self.change(("BLUE = 2", "BLUE = 3"))
        self.assert_breaks("enum Colour: BLUE moved from 2 to 3")
        self.change((" BLUE = 3;", ""))
        self.assert_breaks("enum Colour: 2 BLUE vanished")

    def test_frame_type_reused(self):
        self.frames = FRAMES.replace("LEAF", "BRANCH")
        self.assert_breaks("enum frame types: 17 was \"LEAF\", is \"BRANCH\"")

    def test_kept_range_is_filled_from_its_start(self):
        self.change(("reserved 10 to 19;", "string bark = 12; reserved 10 to 11, 13 to 19;"))
        self.assert_breaks("the next free number is 10")
        self.change(("string bark = 12; reserved 10 to 11, 13 to 19;", "string bark = 10; uint32 rings = 11; reserved 12 to 19;"))
        self.assert_update_takes_it()

    def test_a_retired_field_never_comes_back(self):
        self.change(("  string name = 2;\n", "  reserved 2; reserved \"name\";\n"))
        self.assert_update_takes_it()
        self.assertIn("retired 2 name", (self.dir / "lock").read_text())
        self.change(("  reserved 2; reserved \"name\";\n", ""))
        self.assert_breaks("2 name is retired and must stay reserved")
        self.write(self.proto.replace("uint32 height = 1;", "uint32 height = 1; string other = 2;"))
        self.assert_breaks("2 (other string) is the number of name, which is retired")
        self.write(self.proto.replace("string other = 2;", "reserved 2; string name = 8;"))
        self.assert_breaks("name is a retired name")

    def test_additions(self):
        self.change(("Colour colour = 4;", "Colour colour = 4; int64 planted_ms = 7;"), ("BLUE = 2;", "BLUE = 2; GREEN = 3;"),
                    ("message Leaf {", "message Nest { bool empty = 1; }\nmessage Leaf {"))
        self.frames = FRAMES.replace("};", "    GW_MSG_NEST = 0x12,\n};")
        self.assert_update_takes_it()

    def test_a_damaged_lock_is_no_lock(self):
        (self.dir / "lock").write_text("message Tree\n  what is this\n")
        code, text = self.run_tool()
        self.assertEqual(code, 1)
        self.assertIn("lock:2: not a line of a lock", text)


if __name__ == "__main__":
    unittest.main()
