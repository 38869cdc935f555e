-- name: MarkMerged :exec
UPDATE children SET merged_into = sqlc.narg(merged_into)::text, updated_at = @updated_at WHERE id = @id;

-- name: MergedInto :many
-- The records that became part of a child's. Served by children_merged. Bounded: a few papers.
SELECT id FROM children WHERE merged_into = sqlc.arg(child)::text ORDER BY id LIMIT 50;

-- name: MoveEnrolments :many
UPDATE enrolments SET child = @child WHERE child = @other RETURNING id;

-- name: ReturnEnrolments :execrows
UPDATE enrolments SET child = @other WHERE child = @child AND id = ANY(@ids::bigint[]);

-- name: MoveConsents :many
-- But for those that stand for the child already: they are the same consent.
UPDATE consents c SET child = @child WHERE c.child = @other AND NOT EXISTS (SELECT FROM consents o WHERE o.child = @child
    AND o.purpose = c.purpose AND o.institution = c.institution AND o.withdrawn_on IS NULL AND c.withdrawn_on IS NULL) RETURNING c.id;

-- name: ReturnConsents :exec
UPDATE consents SET child = @other WHERE child = @child AND id = ANY(@ids::bigint[]);

-- name: MoveAttendance :many
UPDATE attendance SET child = @child WHERE child = @other RETURNING id;

-- name: ReturnAttendance :exec
UPDATE attendance SET child = @other WHERE child = @child AND id = ANY(@ids::bigint[]);

-- name: MoveCheckupRoster :many
-- Open rounds alone: what a closed one found stays as it was. A round that has both keeps both until it closes.
UPDATE checkup_roster r SET child = @child FROM checkup_rounds c WHERE c.case_no = r.case_no AND c.state <> 'closed' AND r.child = @other
    AND NOT EXISTS (SELECT FROM checkup_roster o WHERE o.case_no = r.case_no AND o.child = @child)
    AND NOT EXISTS (SELECT FROM checkup_records x WHERE x.case_no = r.case_no AND x.child = r.child) RETURNING r.case_no;

-- name: ReturnCheckupRoster :exec
UPDATE checkup_roster SET child = @other WHERE child = @child AND case_no = ANY(@cases::text[]);

-- name: MoveDuties :many
-- What is owed, or done, in a half-year of which the child has no such item itself.
UPDATE checkup_duties d SET child = @child WHERE d.child = @other AND NOT EXISTS (SELECT FROM checkup_duties o
    WHERE o.child = @child AND o.half = d.half AND o.item = d.item)
    AND (d.case_no = ANY(@cases::text[]) OR NOT EXISTS (SELECT FROM checkup_roster r WHERE r.case_no = d.case_no AND r.child = @other))
    RETURNING (d.half || '/' || d.item)::text AS duty;

-- name: ReturnDuties :exec
UPDATE checkup_duties SET child = @other WHERE child = @child AND half || '/' || item = ANY(@duties::text[]);

-- name: CreditDuties :many
-- What was done or recorded under the other record counts for the child.
UPDATE checkup_duties d SET done_on = o.done_on, elsewhere = true FROM checkup_duties o
WHERE d.child = @child AND o.child = @other AND o.half = d.half AND o.item = d.item AND d.done_on IS NULL AND o.done_on IS NOT NULL
RETURNING (d.half || '/' || d.item)::text AS duty;

-- name: UncreditDuties :exec
UPDATE checkup_duties SET done_on = NULL, elsewhere = false WHERE child = @child AND half || '/' || item = ANY(@duties::text[]);

-- name: MoveInsuranceRoster :many
-- Months in which the child is not yet listed itself, as long as no line was sent.
UPDATE insurance_roster r SET child = @child WHERE r.child = @other AND r.status IN ('rostered', 'exception', 'ineligible', 'refused')
    AND NOT EXISTS (SELECT FROM insurance_roster o WHERE o.case_no = r.case_no AND o.child = @child)
    AND NOT EXISTS (SELECT FROM insurance_lines l WHERE l.case_no = r.case_no AND l.child = r.child) RETURNING r.case_no;

-- name: ReturnInsuranceRoster :exec
UPDATE insurance_roster SET child = @other WHERE child = @child AND case_no = ANY(@cases::text[]);

-- name: SettleMergedRoster :many
-- Of two places in a month one goes on: that which is with the insurer, or the child's own. The other is taken off.
UPDATE insurance_roster r SET status = 'withdrawn', reason = 'merged'
FROM insurance_roster o WHERE o.case_no = r.case_no AND r.status IN ('rostered', 'exception', 'refused', 'ineligible') AND (
    r.child = sqlc.arg(child)::text AND o.child = sqlc.arg(other)::text AND o.status IN ('eligible', 'sent', 'insured')
    OR r.child = sqlc.arg(other)::text AND o.child = sqlc.arg(child)::text AND o.status NOT IN ('withdrawn'))
RETURNING r.case_no, r.child, o.status AS kept;

-- name: PlacesInMonths :many
SELECT case_no, child, status, reason FROM insurance_roster WHERE child IN (sqlc.arg(child)::text, sqlc.arg(other)::text)
ORDER BY case_no, child LIMIT 200;

-- name: RestorePlace :exec
UPDATE insurance_roster SET status = @status, reason = @reason WHERE case_no = @case_no AND child = @child AND status = 'withdrawn' AND reason = 'merged';

-- name: InsertChildMerge :one
INSERT INTO child_merges (child, other, county, reason, moved, merged_by, merged_at)
VALUES (@child, @other, @county, @reason, @moved, @merged_by, @merged_at) RETURNING id;

-- name: ChildMergeForChange :one
SELECT * FROM child_merges WHERE id = @id FOR UPDATE;

-- name: UndoChildMerge :exec
UPDATE child_merges SET undo_reason = sqlc.arg(undo_reason)::text, undone_by = sqlc.arg(undone_by)::text, undone_at = sqlc.arg(undone_at)::timestamptz
WHERE id = @id;

-- name: ChildMerges :many
-- Served by child_merges_of_county or the primary key.
SELECT * FROM child_merges WHERE id < @before AND (@county::text = '' OR county = @county) ORDER BY id DESC LIMIT @page_size;

-- name: ChildMergesAfter :one
-- Whether a later merge builds upon one.
SELECT EXISTS (SELECT FROM child_merges WHERE id > @id AND undone_at IS NULL AND child IN (sqlc.arg(child)::text, sqlc.arg(other)::text));

-- name: AlikeInCounty :many
-- Records of a county that may be one child: one birth date and sex, two kinds of paper. The names are compared by the caller.
-- Served by children_by_birth.
SELECT c.* FROM children c WHERE c.county = @county AND c.merged_into IS NULL AND EXISTS (SELECT FROM children o
    WHERE o.county = c.county AND o.born_on = c.born_on AND o.sex = c.sex AND o.id <> c.id AND o.merged_into IS NULL
    AND o.identity_kind <> c.identity_kind)
ORDER BY c.born_on DESC, c.id LIMIT @page_size;
