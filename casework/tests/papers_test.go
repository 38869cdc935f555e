package tests

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/processes"
	"tuoyu/sealing"
	"tuoyu/store"
	"tuoyu/testdata"
	"tuoyu/uploads"
)

// onDisk stores the files of the test environment in a folder that the test reads.
func (d *fixture) onDisk() (dir string) {
	d.t.Helper()
	dir = d.t.TempDir()
	blobs, err := store.NewDiskBlobs(dir, 1<<20)
	require.NoError(d.t, err)
	d.Blobs = blobs
	return dir
}

// clear returns the service as it was without a keyset.
func (d *fixture) clear() *processes.Services {
	without := d.Deps
	without.Fields = nil
	return processes.New(without)
}

const signed = "监护人已阅读并同意为婴幼儿建立健康档案。"

func consentPDF(text string) io.Reader { return bytes.NewReader(testdata.PDF(text)) }

func (d *fixture) upload(text string) casework.Attachment {
	d.t.Helper()
	a, err := d.Upload(d.t.Context(), first, casework.Upload{Name: "同意书.pdf", Body: consentPDF(text)})
	require.NoError(d.t, err)
	return a
}

// lying returns the files of a folder by name.
func lying(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(dir, path))
		if e.Name() != "database" {
			found[e.Name()] = string(raw)
		}
		return err
	}))
	return found
}

func (d *fixture) reads(by nursery.Principal, id string) (string, error) {
	_, content, err := d.OpenAttachment(d.t.Context(), by, id)
	if err != nil {
		return "", err
	}
	defer content.Close()
	raw, err := io.ReadAll(content)
	return string(raw), err
}

func TestWhatIsUploadedLiesSealedUnderANameThatConfirmsNothing(t *testing.T) {
	d := caring(t)
	dir := d.onDisk()
	a, again := d.upload(signed), d.upload(signed)
	whole := string(testdata.PDF(signed))
	hash := sha256.Sum256([]byte(whole))
	require.Equal(t, hex.EncodeToString(hash[:]), a.SHA256, "the uploader is told what was received")
	require.EqualValues(t, len(whole), a.Size)

	files := lying(t, dir)
	require.Len(t, files, 2, "equal files do not look equal")
	for name, content := range files {
		require.NotContains(t, content, "监护人")
		require.NotContains(t, content, "%PDF")
		require.NotEqual(t, a.SHA256, name)
	}
	require.Empty(t, d.strings(`SELECT id FROM attachments a WHERE a::text LIKE '%' || $1 || '%'`, a.SHA256))
	for _, id := range []string{a.ID, again.ID} {
		got, err := d.reads(first, id)
		require.NoError(t, err)
		require.Equal(t, whole, got)
	}
	opened, content, err := d.OpenAttachment(t.Context(), first, a.ID)
	require.NoError(t, err)
	require.NoError(t, content.Close())
	require.Empty(t, opened.SHA256)
	require.Equal(t, "同意书.pdf", opened.Name)
	require.Equal(t, []string{"附件.pdf", "附件.pdf"}, d.strings(`SELECT name FROM attachments`), "what a file is called may name a child")

	// A file moved to another row does not open, nor one that was changed.
	d.exec(`UPDATE attachments a SET sha256 = b.sha256, file_key = b.file_key FROM attachments b WHERE a.id = $1 AND b.id = $2`, a.ID, again.ID)
	_, err = d.reads(first, a.ID)
	require.ErrorIs(t, err, sealing.ErrNoKey)
	name := d.strings(`SELECT sha256 FROM attachments WHERE id = $1`, again.ID)[0]
	path := filepath.Join(dir, name[:2], name)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(files[name], files[name][60:61], "\x00", 1)+"x"), 0o600))
	_, err = d.reads(first, again.ID)
	require.Error(t, err)
}

// scanning is a Scanner that calls the function for each file.
type scanning func(io.Reader) error

func (s scanning) Scan(_ context.Context, r io.Reader) error { return s(r) }

func TestWhatIsRefusedLeavesNothingBehind(t *testing.T) {
	d := pairing(t)
	dir := d.onDisk()
	contract := d.inForce()
	up := func(p nursery.Principal) error {
		_, err := d.Upload(t.Context(), p, casework.Upload{Institution: first.Institution, County: county, Name: "a.pdf", Body: consentPDF(signed)})
		return err
	}
	var scanned string
	d.Scan = scanning(func(r io.Reader) error {
		raw, err := io.ReadAll(r)
		scanned = string(raw)
		require.Empty(t, lying(t, dir), "nothing is kept before it was scanned")
		return errors.Join(err, uploads.ErrInfected)
	})
	refused(t, up(first), casework.CodeAttachmentInfected)
	require.Equal(t, string(testdata.PDF(signed)), scanned)
	require.Empty(t, lying(t, dir))

	d.Scan = scanning(func(io.Reader) error { return errors.New("away") })
	refused(t, up(first), casework.CodeEngineUnavailable)
	require.Empty(t, lying(t, dir))

	d.Scan = nil
	_, err := d.Upload(t.Context(), first, casework.Upload{Name: "a.pdf", Body: consentPDF(strings.Repeat("x", 1<<20))})
	refused(t, err, casework.CodeAttachmentTooLarge)
	_, err = d.Upload(t.Context(), first, casework.Upload{Name: "a.pdf", Body: io.MultiReader(consentPDF(signed), broken{})})
	require.Error(t, err)
	require.Empty(t, lying(t, dir))

	// While the file is scanned the clinic stops being a party, so the row is refused.
	d.Scan = scanning(func(io.Reader) error {
		d.exec(`UPDATE cases SET partner = 'clinic-140403-9' WHERE case_no = $1`, contract)
		return nil
	})
	refused(t, up(clinic), casework.CodeForbidden)
	require.Empty(t, lying(t, dir))
	require.Empty(t, d.strings(`SELECT id FROM attachments`))
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection lost") }

func TestFilesFromBeforeTheKeysetAreReadAndThenSealed(t *testing.T) {
	d := caring(t)
	dir := d.onDisk()
	old := d.clear()
	var ids []string
	for range 2 { // the same content lies in one file
		a, err := old.Upload(t.Context(), first, casework.Upload{Name: "同意书.pdf", Body: consentPDF(signed)})
		require.NoError(t, err)
		ids = append(ids, a.ID)
	}
	require.Len(t, lying(t, dir), 1)
	_, err := d.reads(first, ids[0])
	require.NoError(t, err)

	// It is interrupted after the first file, and goes on.
	stopping := &interrupted{Blobs: d.Blobs, after: 1}
	_, err = activities.SealFiles(t.Context(), d.db, stopping, d.Fields, func(int) {})
	require.ErrorIs(t, err, errInterrupted)
	require.Equal(t, []string{"1"}, d.strings(`SELECT count(*)::text FROM attachments WHERE file_key IS NOT NULL`))
	for _, id := range ids {
		got, err := d.reads(first, id)
		require.NoError(t, err)
		require.Contains(t, got, signed)
	}
	require.NoError(t, d.Sweep(t.Context()))
	for name, content := range lying(t, dir) {
		require.NotContains(t, content, "监护人", name)
	}
	require.Len(t, lying(t, dir), 2)
	for _, id := range ids {
		got, err := d.reads(first, id)
		require.NoError(t, err)
		require.Contains(t, got, signed)
	}
	require.Equal(t, []string{"附件.pdf", "附件.pdf"}, d.strings(`SELECT name FROM attachments`))
	opened, content, err := d.OpenAttachment(t.Context(), first, ids[0])
	require.NoError(t, err)
	require.NoError(t, content.Close())
	require.Equal(t, "同意书.pdf", opened.Name)
	n, err := activities.SealFiles(t.Context(), d.db, d.Blobs, d.Fields, func(int) {})
	require.NoError(t, err)
	require.Zero(t, n)
	_, _, err = old.OpenAttachment(t.Context(), first, ids[0])
	refused(t, err, casework.CodeSealingUnavailable)
}

var errInterrupted = errors.New("interrupted")

// interrupted keeps some files and then none.
type interrupted struct {
	store.Blobs
	after int
}

func (i *interrupted) Write(ctx context.Context, write func(io.Writer) error) (store.Blob, error) {
	if i.after--; i.after < 0 {
		return store.Blob{}, errInterrupted
	}
	return i.Blobs.Write(ctx, write)
}

func TestASignatureFromBeforeTheKeysetIsStillPrinted(t *testing.T) {
	d := caring(t)
	d.onDisk()
	a, err := d.clear().Upload(t.Context(), first, casework.Upload{Name: "签名.pdf", Body: consentPDF(signed)})
	require.NoError(t, err)
	was := d.strings(`SELECT sha256 FROM attachments WHERE id = $1`, a.ID)[0]
	d.exec(`INSERT INTO cases (case_no, kind, county, institution, subject, stage, status, holder, tracking_hash, submitted_by, created_at, updated_at)
		VALUES ('JC-140403-2026-000001-1', 'inspection', '140403', 'inst-140403-01', '', 'done', 'ended', '', '', '', now(), now())`)
	d.exec(`INSERT INTO inspections (case_no, county, institution, kind, half, first_inspector, second_inspector, checklist, revision, opened_at, updated_at)
		VALUES ('JC-140403-2026-000001-1', '140403', 'inst-140403-01', 'regular', '2026H2', 'a', 'b', '[]', '', now(), now())`)
	d.exec(`INSERT INTO inspection_signatures (case_no, version, party, county, institution, manner, account, hash, at, picture)
		VALUES ('JC-140403-2026-000001-1', 1, 'institution', '140403', 'inst-140403-01', 'signed', 'x', '', now(), $1)`, a.ID)
	d.exec(`INSERT INTO documents (id, case_no, county, institution, kind, number, code, content, issued_on, created_at)
		SELECT 'D1', 'JC-140403-2026-000001-1', '140403', 'inst-140403-01', 'inspection_record', '1', '1', jsonb_build_object('picture', $1::text), now(), now()`, was)
	require.NoError(t, d.Sweep(t.Context()))
	require.Equal(t, []string{a.ID}, d.strings(`SELECT content ->> 'picture' FROM documents`))
}

func TestWhatNothingRefersToIsCollectedAfterADay(t *testing.T) {
	d := caring(t)
	dir := d.onDisk()
	put := func(text string) string {
		kept, err := d.Blobs.Put(t.Context(), bytes.NewReader([]byte(text)))
		require.NoError(t, err)
		return kept.SHA256
	}
	paper := put("a printed paper")
	d.exec(`INSERT INTO cases (case_no, kind, county, institution, subject, stage, status, holder, tracking_hash, submitted_by, created_at, updated_at)
		VALUES ('BA-140403-2026-000001-1', 'filing', '140403', 'inst-140403-01', '', 'done', 'ended', '', '', '', now(), now())`)
	d.exec(`INSERT INTO documents (id, case_no, county, institution, kind, number, code, content, sha256, issued_on, created_at)
		VALUES ('D1', 'BA-140403-2026-000001-1', '140403', 'inst-140403-01', 'receipt', '1', '1', '{}', $1, now(), now())`, paper)
	a := d.upload(signed)
	orphan, young := put("orphan"), put("young")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "incoming-1"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "incoming-2"), nil, 0o600))
	for name := range lying(t, dir) {
		at, path := d.Now().Add(-25*time.Hour), filepath.Join(dir, name[:2], name)
		if strings.HasPrefix(name, "incoming") {
			path = filepath.Join(dir, name)
		}
		if name == young || name == "incoming-2" {
			at = d.Now().Add(-23 * time.Hour)
		}
		require.NoError(t, os.Chtimes(path, at, at))
	}
	require.NoError(t, d.Sweep(t.Context()))
	left := lying(t, dir)
	require.NotContains(t, left, orphan)
	require.NotContains(t, left, "incoming-1")
	require.Contains(t, left, young)
	require.Contains(t, left, "incoming-2")
	require.Contains(t, left, paper)
	_, err := d.reads(first, a.ID)
	require.NoError(t, err)
}

func TestFilesOfAnotherDatabaseAreLeftAlone(t *testing.T) {
	d := caring(t)
	dir := d.onDisk()
	a := d.upload(signed)
	require.NoError(t, d.Sweep(t.Context()))
	require.NoError(t, d.Sweep(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "database"), []byte("another"), 0o600))
	kept, err := d.Blobs.Put(t.Context(), strings.NewReader("unknown here"))
	require.NoError(t, err)
	old := d.Now().Add(-48 * time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(dir, kept.SHA256[:2], kept.SHA256), old, old))
	require.ErrorIs(t, d.Sweep(t.Context()), store.ErrOtherStore)
	require.Contains(t, lying(t, dir), kept.SHA256)
	_, err = d.reads(first, a.ID)
	require.NoError(t, err)
}

func TestUploadsThatBelongToNothingAreCollectedAfterADay(t *testing.T) {
	d := caring(t)
	dir := d.onDisk()
	child := d.enrolled(first, 1)
	consent := d.consented(first, child)
	unused, rostered := d.upload("unused"), d.upload("rostered")
	// An attachment from before attachments had owners, so its owner is unknown.
	d.exec(`INSERT INTO attachments (id, kept, sha256, county, institution, name, media_type, size, scan, uploaded_by, uploaded_at)
		SELECT 'before', true, repeat('0', 64), county, institution, name, media_type, size, scan, uploaded_by, uploaded_at FROM attachments WHERE id = $1`, unused.ID)
	next := d.Now().Add(25 * time.Hour)
	d.Deps.Now = func() time.Time { return next }
	young := d.upload("young")
	d.exec(`INSERT INTO consents (child, county, purpose, evidence, given_on, taken_by) VALUES ($1, '140403', 'insurance', $2, now(), 'x')`, child, rostered.ID)
	for name := range lying(t, dir) {
		at := d.Now().Add(-25 * time.Hour)
		require.NoError(t, os.Chtimes(filepath.Join(dir, name[:2], name), at, at))
	}
	require.NoError(t, d.Sweep(t.Context()))
	require.Len(t, lying(t, dir), 3)
	require.Equal(t, []string{"before"}, d.strings(`SELECT id FROM attachments WHERE kept`))
	_, err := d.reads(first, unused.ID)
	code(t, err, casework.CodeNotFound)
	for _, id := range []string{consent, young.ID, rostered.ID} {
		_, err := d.reads(first, id)
		require.NoError(t, err)
	}
}

func TestEachOpeningOfAPaperAboutAChildIsLogged(t *testing.T) {
	d, round, ids := examined(t)
	dir := d.onDisk()
	consent := d.consented(first, d.enrolled(first, 9))
	proof := d.file(clinic, first.Institution)
	_, err := d.record("proof", round, nursery.Checkup{Child: ids[0], CheckedOn: testdata.AsOf, Items: []nursery.CheckedItem{
		{Item: nursery.ItemTeeth, Reason: nursery.NotDoneElsewhere, Proof: proof, ProofOn: nursery.NewDate(2026, 7, 1)},
	}})
	require.NoError(t, err)
	for name, content := range lying(t, dir) {
		require.NotContains(t, content, "paper", name)
	}
	for _, paper := range []string{consent, proof} {
		for _, p := range []nursery.Principal{clerk, supervisor, inspector, auditor, neighbour, otherClinic, city} {
			code(t, d.opens(p, paper), casework.CodeNotFound)
		}
		require.NoError(t, d.opens(first, paper))
		require.NoError(t, d.opens(clinic, paper))
		require.NoError(t, d.opens(clinic, paper))
	}
	line := func(child, paper, reader, purpose string) string {
		return child + " " + paper + " " + reader + " " + purpose + " paper"
	}
	at := d.strings(`SELECT child FROM attachments WHERE id = $1`, consent)[0]
	require.Equal(t, []string{
		line(at, consent, first.Account, "enrolment"), line(at, consent, clinic.Account, "checkup"), line(at, consent, clinic.Account, "checkup"),
		line(ids[0], proof, first.Account, "enrolment"), line(ids[0], proof, clinic.Account, "checkup"), line(ids[0], proof, clinic.Account, "checkup"),
	}, d.strings(`SELECT concat_ws(' ', child, about, reader, purpose, array_to_string(fields, ',')) FROM record_reads WHERE subject = 'paper' ORDER BY id`))
	all, err := children.Readings.Page(t.Context(), d.Service, auditor, children.ReadingFilter{Child: ids[0]}, casework.PageRequest{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, "涉及婴幼儿的材料 "+ids[0]+" "+proof, all.Items[0].What())
	require.Equal(t, "材料", all.Items[0].FieldTitles())
}

func TestFilesOpenWhileTheirKeysAreRotated(t *testing.T) {
	d := caring(t)
	dir := d.onDisk()
	path := filepath.Join(t.TempDir(), "keyset.json")
	require.NoError(t, sealing.Create(path))
	keys, err := sealing.Open(path)
	require.NoError(t, err)
	old := keys.Keys()[0].ID
	d.Fields, err = sealing.NewFields(keys)
	require.NoError(t, err)
	var papers []casework.Attachment
	for n := range 5 {
		papers = append(papers, d.upload(fmt.Sprint(signed, n)))
	}
	before := lying(t, dir)
	needed, err := activities.SealedBy(t.Context(), d.db, old)
	require.NoError(t, err)
	require.Greater(t, needed, int64(4))

	fresh, err := sealing.Add(path)
	require.NoError(t, err)
	require.NoError(t, sealing.Promote(path, fresh))
	require.NoError(t, keys.Reload())
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() { // load: papers are read and new ones come
		for n := 0; ; n++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			got, err := d.reads(first, papers[n%5].ID)
			if err == nil && got != string(testdata.PDF(fmt.Sprint(signed, n%5))) {
				err = fmt.Errorf("paper %d opens as another", n%5)
			}
			if err == nil {
				_, err = d.Upload(context.WithoutCancel(t.Context()), first, casework.Upload{Name: "a.pdf", Body: consentPDF(signed)})
			}
			if err != nil {
				done <- err
				return
			}
		}
	}()
	// It is killed after the column before the files' keys, and goes on.
	killed, kill := context.WithCancel(t.Context())
	_, err = activities.Reseal(killed, d.db, d.Fields, func(r activities.Resealed) {
		if r.Table == "insurance_claims" {
			kill()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	needed, err = activities.SealedBy(t.Context(), d.db, old)
	require.NoError(t, err)
	require.EqualValues(t, 2*5, needed, "the keys and names of five files")
	_, err = activities.Reseal(t.Context(), d.db, d.Fields, func(activities.Resealed) {})
	require.NoError(t, err)
	close(stop)
	require.NoError(t, <-done)

	needed, err = activities.SealedBy(t.Context(), d.db, old)
	require.NoError(t, err)
	require.Zero(t, needed)
	require.NoError(t, sealing.Drop(path, old))
	require.NoError(t, keys.Reload())
	for n, a := range papers {
		got, err := d.reads(first, a.ID)
		require.NoError(t, err)
		require.Equal(t, string(testdata.PDF(fmt.Sprint(signed, n))), got)
	}
	after := lying(t, dir)
	for name, content := range before {
		require.Equal(t, content, after[name], "a rotation leaves the files as they are")
	}
}
