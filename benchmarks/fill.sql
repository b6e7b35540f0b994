-- What some years left in a store: a change every twenty seconds since 2025, judged, each in a session of its own.
-- Ids sort by time, as the program's own do, and lie before those of the trail.
INSERT INTO change_session
WITH RECURSIVE numbers(n, at) AS (
    SELECT 1, '2025-01-01 00:00:00.000000' UNION ALL
    SELECT n + 1, datetime('2025-01-01', '+' || (n * 20) || ' seconds') || '.000000' FROM numbers WHERE n < :count)
SELECT printf('ses-20250101T%09d-filled', n), 'human:filler' || (n % 997), '111122223333', at, at FROM numbers;

INSERT INTO write (key, occurred_at, ledger_seq, body)
SELECT replace(session_id, 'ses-', 'aws:'), began_at, rowid, CAST('{}' AS BLOB) FROM change_session;

INSERT INTO change (change_id, session_id, resource_type, resource_id, resource_key, began_at, ended_at, to_judge,
                    disposition, severity, revision, judged_revision, ledger_seq)
SELECT replace(session_id, 'ses-', 'chg-'), session_id, 'aws_instance', printf('i-%017x', rowid),
       printf('i-%017x', rowid), began_at, ended_at, 0, 'authorised', 'low', 1, 1, rowid FROM change_session;

INSERT INTO change_write (change_id, write_key)
SELECT replace(session_id, 'ses-', 'chg-'), replace(session_id, 'ses-', 'aws:') FROM change_session;
