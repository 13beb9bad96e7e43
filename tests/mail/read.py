"""Reads a mail as a mail program does; prints what it found, leaves the enclosed file beside it."""

import json
import sys
from email import policy
from email.parser import BytesParser
from pathlib import Path

path = Path(sys.argv[1])
mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
files = []
for part in mail.iter_attachments():
    target = path.with_name(part.get_filename())
    target.write_bytes(part.get_content())
    files.append([part.get_filename(), part.get_content_type(), str(target)])
print(
    json.dumps(
        {
            "id": mail["Message-ID"],
            "from": mail["From"],
            "to": mail["To"],
            "subject": mail["Subject"],
            "text": mail.get_body(("plain",)).get_content(),
            "html": mail.get_body(("html",)).get_content(),
            "files": files,
        }
    )
)
