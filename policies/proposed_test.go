package policies_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/policies"
)

func TestParametersWithOtherValuesDecideOtherwise(t *testing.T) {
	e := load(t, nil)
	at := "2024-05-06"
	require.Equal(t, nursery.Pass, decide(t, e, seats(18), at, "140403").Result)

	county, err := e.With(t.Context(), "140403", map[string]any{"class.seats": json.Number("17")})
	require.NoError(t, err)
	changed := decide(t, county, seats(18), at, "140403")
	require.Equal(t, nursery.Fail, changed.Result)
	require.Len(t, changed.Reasons[0].Basis, 1, "no citation is added")

	city, err := e.With(t.Context(), "", map[string]any{"class.seats": json.Number("30")})
	require.NoError(t, err)
	require.Equal(t, nursery.Pass, decide(t, city, seats(28), at, "").Result, "the city may loosen its own")
	require.Equal(t, nursery.Fail, decide(t, e, seats(28), at, "").Result, "the rules in force stay")

	for name, values := range map[string]map[string]any{
		"looser":       {"class.seats": json.Number("21")},
		"fixed":        {"class.since": "2021-01-01"},
		"no number":    {"class.seats": "many"},
		"no parameter": {"class.none": json.Number("1")},
	} {
		_, err := e.With(t.Context(), "140403", values)
		require.ErrorIs(t, err, policies.ErrParameter, name)
	}
}

func TestAnOverlayOfACountyIsReplacedAndThoseOfOthersDoNotPreventIt(t *testing.T) {
	own := `{"params": {"class": {"seats": {"value": %s, "basis": {"doc": "细则", "binding": "L7", "verified": false}}}}}`
	e := load(t, map[string]string{
		"overlays/140403/data.json": string(bytes.ReplaceAll([]byte(own), []byte("%s"), []byte("16"))),
		"overlays/140404/data.json": string(bytes.ReplaceAll([]byte(own), []byte("%s"), []byte("19"))),
	})
	changed, err := e.With(t.Context(), "140403", map[string]any{"class.seats": json.Number("12")})
	require.NoError(t, err)
	require.Equal(t, nursery.Fail, decide(t, changed, seats(13), "2024-05-06", "140403").Result)
	other, err := e.With(t.Context(), "140405", map[string]any{"class.seats": json.Number("12")})
	require.NoError(t, err)
	require.Equal(t, nursery.Fail, decide(t, other, seats(13), "2024-05-06", "140405").Result)
}

func TestProposedRulesAreReadFromAFolderAndFromArchives(t *testing.T) {
	files := smallRules(nil)
	folder, err := policies.LoadProposed(t.Context(), files)
	require.NoError(t, err)
	for name, raw := range map[string][]byte{"zip": zipped(t, files, ""), "zip with a folder": zipped(t, files, "rules-2/"), "tar.gz": tarred(t, files)} {
		e, err := policies.LoadArchive(t.Context(), raw)
		require.NoError(t, err, name)
		require.Equal(t, folder.Status().Revision, e.Status().Revision, name)
		require.True(t, e.Has("rules.seats", date(t, "2024-05-06")))
		require.False(t, e.Has("rules.none", date(t, "2024-05-06")))
		require.False(t, e.Has("rules.seats", date(t, "2019-05-06")))
	}
	for name, raw := range map[string][]byte{"text": []byte("rules"), "empty": nil, "half a zip": []byte("PK\x03\x04")} {
		_, err := policies.LoadArchive(t.Context(), raw)
		require.Error(t, err, name)
	}
}

func TestAnEvaluationOfProposedRulesEndsWithItsContext(t *testing.T) {
	// Eight nested ranges of a thousand take longer than anybody waits.
	endless := smallRules(nil)["rules/seats.rego"].Data
	endless = append(endless, []byte(`
reasons contains lib.reason("T-1", {"message": "x"}) if {
	many := numbers.range(1, 1000)
	some a in many
	some b in many
	some c in many
	some d in many
	a + b + c + d < 0
}
`)...)
	e, err := policies.LoadProposed(t.Context(), smallRules(map[string]string{"rules/seats.rego": string(endless)}))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = e.Decide(ctx, "rules.seats", seats(1), date(t, "2024-05-06"), "")
	require.Error(t, err)
}

func TestParametersAreListedWithTheirDirection(t *testing.T) {
	list, err := load(t, nil).Parameters(date(t, "2024-05-06"), "")
	require.NoError(t, err)
	require.Len(t, list, 4)
	require.Equal(t, "class.seats", list[2].Name)
	require.Equal(t, "max", list[2].Direction)
	require.Equal(t, json.Number("20"), list[2].Value)
}

func zipped(t *testing.T, files fstest.MapFS, below string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	each(t, files, func(name string, raw []byte) {
		entry, err := w.Create(below + name)
		require.NoError(t, err)
		_, err = entry.Write(raw)
		require.NoError(t, err)
	})
	require.NoError(t, w.Close())
	return out.Bytes()
}

func tarred(t *testing.T, files fstest.MapFS) []byte {
	t.Helper()
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	w := tar.NewWriter(packed)
	each(t, files, func(name string, raw []byte) {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(raw))}))
		_, err := w.Write(raw)
		require.NoError(t, err)
	})
	require.NoError(t, w.Close())
	require.NoError(t, packed.Close())
	return out.Bytes()
}

func each(t *testing.T, files fstest.MapFS, do func(string, []byte)) {
	t.Helper()
	require.NoError(t, fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			do(name, files[name].Data)
		}
		return err
	}))
}
