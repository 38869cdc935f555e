package nursery_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tuoyu/nursery"
)

var (
	childDay = nursery.NewDate(2026, 11, 2)
	childOK  = nursery.Child{
		IdentityKind: nursery.ByBirthCertificate, Identity: "X320012345", Name: "婴幼儿0001", BornOn: nursery.NewDate(2025, 3, 8),
		Sex: nursery.Female, GuardianName: "监护人0001", GuardianPhone: "13900000001", County: "140403",
	}
)

func TestWhatIsWrongWithAChildIsSaidByField(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*nursery.Child)
		want   string // the location, "" for none
	}{
		"a birth certificate":                   {func(*nursery.Child) {}, ""},
		"written with spaces and small letters": {func(c *nursery.Child) { c.Identity = " x32 0012345 " }, ""},
		"a certificate of eight digits":         {func(c *nursery.Child) { c.Identity = "X32001234" }, "/identity"},
		"a passport":                            {func(c *nursery.Child) { c.IdentityKind, c.Identity = nursery.ByPassport, "EJ1234567" }, ""},
		"a passport without a digit":            {func(c *nursery.Child) { c.IdentityKind, c.Identity = nursery.ByPassport, "PASSPORT" }, "/identity"},
		"a resident's number as a passport":     {func(c *nursery.Child) { c.IdentityKind, c.Identity = nursery.ByPassport, "140423202503080050" }, "/identity"},
		"one with a wrong check digit":          {func(c *nursery.Child) { c.IdentityKind, c.Identity = nursery.ByPassport, "14042320250308005x" }, "/identity"},
		"a full-width one": {func(c *nursery.Child) {
			c.IdentityKind, c.Identity = nursery.ByPassport, "１４０４２３２０２５０３０８００５０"
		}, "/identity"},
		"a certificate's number as a passport": {func(c *nursery.Child) { c.IdentityKind, c.Identity = nursery.ByPassport, "T900 000201" }, "/identity"},
		"a resident's number as a permit":      {func(c *nursery.Child) { c.IdentityKind, c.Identity = nursery.ByPermit, "140423202503080050" }, "/identity"},
		"a certificate's number as a permit":   {func(c *nursery.Child) { c.IdentityKind, c.Identity = nursery.ByPermit, "T900000201" }, "/identity"},
		"a certificate in full-width signs":    {func(c *nursery.Child) { c.Identity = "Ｘ３２００１２３４５" }, ""},
		"a name of separators":                 {func(c *nursery.Child) { c.Name = "·" }, "/name"},
		"a name of what cannot be seen":        {func(c *nursery.Child) { c.Name = "\u200b\u3164\ufeff" }, "/name"},
		"a name with an emoji":                 {func(c *nursery.Child) { c.Name = "某✅" }, "/name"},
		"a foreigner's permit of 15":           {func(c *nursery.Child) { c.IdentityKind, c.Identity = nursery.ByPermit, "USA140025030812" }, ""},
		"no kind of identity":                  {func(c *nursery.Child) { c.IdentityKind = "" }, "/identity_kind"},
		"no name":                              {func(c *nursery.Child) { c.Name = " " }, "/name"},
		"a name of 50 characters":              {func(c *nursery.Child) { c.Name = strings.Repeat("𬱖", 50) }, ""},
		"a name of 51 characters":              {func(c *nursery.Child) { c.Name = strings.Repeat("𬱖", 51) }, "/name"},
		"a name in private use":                {func(c *nursery.Child) { c.Name = "\ue863某" }, ""},
		"a name in parts":                      {func(c *nursery.Child) { c.Name = "阿依·古丽" }, ""},
		"a name with a sign of a formula":      {func(c *nursery.Child) { c.Name = "=某某" }, "/name"},
		"born today":                           {func(c *nursery.Child) { c.BornOn = childDay }, ""},
		"born tomorrow":                        {func(c *nursery.Child) { c.BornOn = childDay.AddDays(1) }, "/born_on"},
		"no sex":                               {func(c *nursery.Child) { c.Sex = "" }, "/sex"},
		"a guardian's phone too short":         {func(c *nursery.Child) { c.GuardianPhone = "1390000" }, "/guardian_phone"},
		"no guardian":                          {func(c *nursery.Child) { c.GuardianName, c.GuardianPhone = "", "" }, ""},
		"another city's county":                {func(c *nursery.Child) { c.County = "110105" }, "/county"},
	} {
		t.Run(name, func(t *testing.T) {
			child := childOK
			c.change(&child)
			faults := child.Validate(childDay)
			if c.want == "" {
				require.Empty(t, faults)
				return
			}
			require.Len(t, faults, 1)
			require.Equal(t, c.want, faults[0].Location)
		})
	}
}

func TestAResidentIDHasTheBirthDateAndSexThatAreStated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		born := childDay.AddDays(-rapid.IntRange(0, 1000).Draw(t, "days"))
		sequence := rapid.IntRange(1, 999).Draw(t, "sequence")
		division := rapid.SampledFrom([]string{"140403", "140402", "140411", "110105", "650102"}).Draw(t, "division")
		id, err := nursery.MakeResidentID(division, born, sequence)
		require.NoError(t, err)
		child := childOK
		child.IdentityKind, child.Identity, child.BornOn, child.Sex = nursery.ByResidentID, string(id), born, id.Sex()
		require.Empty(t, child.Validate(childDay))

		other := child
		other.Sex = map[nursery.Sex]nursery.Sex{nursery.Male: nursery.Female, nursery.Female: nursery.Male}[child.Sex]
		require.Equal(t, []nursery.Fault{{Location: "/sex", Message: "与证件号码中的性别不一致"}}, other.Validate(childDay))
		other = child
		other.BornOn = born.AddDays(-1)
		require.Equal(t, []nursery.Fault{{Location: "/born_on", Message: "与证件号码中的出生日期不一致"}}, other.Validate(childDay))

		at := rapid.IntRange(0, 16).Draw(t, "at")
		digit := byte('0' + (child.Identity[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10)
		other = child
		other.Identity = child.Identity[:at] + string(digit) + child.Identity[at+1:]
		faults := other.Validate(childDay)
		require.NotEmpty(t, faults)
		for _, f := range faults {
			require.NotContains(t, f.Message, other.Identity)
		}
	})
}

func TestAChildShowsNothingOfItselfInALog(t *testing.T) {
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "child", childOK)
	fmt.Fprintf(&log, "%v %+v %#v %s", childOK, childOK, childOK, &childOK)
	for _, secret := range []string{"婴幼儿0001", "X320012345", "13900000001", "监护人0001"} {
		require.NotContains(t, log.String(), secret)
	}
}

func TestAnIdentifierSaysNothing(t *testing.T) {
	a, b := nursery.NewChildID(), nursery.NewChildID()
	require.NotEqual(t, a, b)
	require.True(t, nursery.IsChildID(a))
	require.False(t, nursery.IsChildID("C140403"))
}

func TestAMaskedNumberShowsItsEnds(t *testing.T) {
	require.Equal(t, "X3******45", nursery.Masked("X320012345"))
	require.Equal(t, "***", nursery.Masked("123"))
}
