package nursery_test

import (
	"strings"
	"testing"

	"tuoyu/nursery"
)

func TestTheCityHasTwelveCounties(t *testing.T) {
	var got []string
	for _, c := range nursery.Counties() {
		got = append(got, c.Code+c.Name)
		if c.Level != nursery.LevelCounty || c.Parent != nursery.CityCode {
			t.Errorf("%s: got %+v", c.Code, c)
		}
	}
	want := "140403潞州区 140404上党区 140405屯留区 140406潞城区 140423襄垣县 140425平顺县 " +
		"140426黎城县 140427壶关县 140428长子县 140429武乡县 140430沁县 140431沁源县"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestDivisionsAreFoundByCode(t *testing.T) {
	for code, want := range map[string]nursery.Division{
		"140400":    {Code: "140400", Name: "长治市", Level: nursery.LevelCity},
		"140403":    {Code: "140403", Name: "潞州区", Level: nursery.LevelCounty, Parent: "140400"},
		"140403001": {Code: "140403001", Name: "东街街道", Level: nursery.LevelTownship, Parent: "140403"},
	} {
		if got, ok := nursery.DivisionByCode(code); !ok || got != want {
			t.Errorf("%s: got %+v, %t", code, got, ok)
		}
	}
	for _, code := range []string{"", "140402", "1404", "140403999", "140400-GX", "140400-JK", "110105"} {
		if got, ok := nursery.DivisionByCode(code); ok {
			t.Errorf("%q: got %+v, want none", code, got)
		}
	}
}

func TestCountyOfATownshipIsTheOneAboveIt(t *testing.T) {
	for code, want := range map[string]string{
		"140403001": "潞州区", "140431": "沁源县", "140400": "", "140403999": "", "140400-GX": "", "": "",
	} {
		county, ok := nursery.CountyOf(code)
		if ok != (want != "") || county.Name != want || nursery.CountyName(code) != want {
			t.Errorf("%q: got %+v, %t, name %q", code, county, ok, nursery.CountyName(code))
		}
	}
	townships := nursery.TownshipsOf("140403")
	if len(townships) != 19 || townships[0].Name != "东街街道" {
		t.Errorf("潞州区 has %d townships, first %+v", len(townships), townships)
	}
	if got := nursery.TownshipsOf("140400"); len(got) != 0 {
		t.Errorf("the city itself has townships %v", got)
	}
}

func TestEveryTownshipBelongsToItsCounty(t *testing.T) {
	for _, county := range nursery.Counties() {
		townships := nursery.TownshipsOf(county.Code)
		if len(townships) == 0 {
			t.Errorf("%s has no townships", county.Name)
		}
		for _, township := range townships {
			if got := nursery.CountyName(township.Code); got != county.Name || len(township.Code) != 9 {
				t.Errorf("%+v belongs to %s, found %s", township, county.Name, got)
			}
		}
	}
}

func TestACallerCannotChangeTheDivisions(t *testing.T) {
	nursery.Counties()[0].Name = "changed"
	nursery.TownshipsOf("140403")[0].Name = "changed"
	if nursery.Counties()[0].Name != "潞州区" || nursery.TownshipsOf("140403")[0].Name != "东街街道" {
		t.Error("a caller changed the shared table")
	}
}
