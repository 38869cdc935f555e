package offices

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerAdmin() {
	s.Nav("/admin/settings", "参数", web.Places{nursery.RoleAdministrator: 1})
	s.Nav("/admin/rules", "规则", web.Places{nursery.RoleAdministrator: 2, nursery.RoleProcedureAuthor: 5, nursery.RoleProcedureApprover: 5})
	s.Nav("/admin/calendar", "节假日", web.Places{nursery.RoleAdministrator: 3})
	s.Nav("/contact", "联系方式", web.Places{nursery.RoleAdministrator: 5})
	s.Nav("/registrations", "登记信息", web.Places{nursery.RoleRegistrar: 1})
	s.Page("GET /admin/settings", s.settings)
	s.Page("POST /admin/settings", s.setSetting)
	s.Page("GET /admin/rules", func(w http.ResponseWriter, r *http.Request) error {
		packs, err := s.service.RulePacks(r.Context(), web.Principal(r.Context()))
		if err != nil {
			return err
		}
		return s.Show(w, r, web.Frame{Title: "规则", Wide: true}, rulesPage(packs))
	})
	s.registerBacktest()
	s.Page("GET /admin/calendar", func(w http.ResponseWriter, r *http.Request) error {
		return s.yearsPage(w, r, http.StatusOK, "")
	})
	s.Page("POST /admin/calendar", s.loadYear)
	s.Page("GET /registrations", web.Only(func(w http.ResponseWriter, r *http.Request) error {
		return s.registrationPage(w, r, http.StatusOK, ui.BoundForm{Shape: ui.SchemaOf[nursery.Registration]()})
	}, nursery.RoleRegistrar))
	s.Page("POST /registrations", s.pushRegistration)
}

// settings are the parameters of a county, with who changed what, when and why.
func (s *pages) settings(w http.ResponseWriter, r *http.Request) error {
	county := r.URL.Query().Get("county")
	if county == "" {
		if county = web.Principal(r.Context()).County; county == nursery.CityCode {
			county = ui.Counties()[0].Value
		}
	}
	list, err := s.service.Settings(r.Context(), web.Principal(r.Context()), county)
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "参数", Wide: true}, settingsPage(list, web.Principal(r.Context())))
}

func (s *pages) setSetting(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	// What is typed is JSON where it reads as such, as numbers and yes or no do, and a text otherwise.
	text := strings.TrimSpace(r.PostFormValue("value"))
	value := json.RawMessage(text)
	if !json.Valid(value) {
		quoted, err := json.Marshal(text)
		if err != nil {
			return err
		}
		value = quoted
	}
	county := r.PostFormValue("county")
	if _, err := s.service.SetSetting(r.Context(), web.Principal(r.Context()), web.Key(r), county, r.PostFormValue("name"), value, strings.TrimSpace(r.PostFormValue("reason"))); err != nil {
		return err
	}
	return s.Done(w, r, "/admin/settings?county="+county, "参数已设置，此后收到的办件适用。")
}

// yearsPage shows the calendar with what is wrong with the file that was sent, if any.
func (s *pages) yearsPage(w http.ResponseWriter, r *http.Request, status int, fault string) error {
	years, err := s.service.CalendarYears(r.Context(), web.Principal(r.Context()))
	if err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "节假日", Wide: true}, yearsPage(years, fault))
}

// loadYear publishes the year of a file; a file that is not taken is explained at its field.
func (s *pages) loadYear(w http.ResponseWriter, r *http.Request) error {
	again := func(err error) error {
		var invalid *casework.Error
		if errors.As(err, &invalid) && invalid.Code == casework.CodeCalendarYearInvalid {
			return s.yearsPage(w, r, int(invalid.Kind()), invalid.Message)
		}
		refused, ok := s.ImportError(r, err)
		if !ok {
			return err
		}
		return s.yearsPage(w, r, int(refused.Kind()), web.FileMessage(refused))
	}
	file, err := web.ChosenFile(r, "请选择节假日文件。")
	if err != nil {
		return again(err)
	}
	defer file.Close()
	raw, err := io.ReadAll(file)
	if err != nil {
		return again(err)
	}
	year, told, err := s.service.LoadCalendarYear(r.Context(), web.Principal(r.Context()), web.Key(r), raw)
	if err != nil {
		return again(err)
	}
	return s.Done(w, r, "/admin/calendar", strconv.Itoa(year)+" 年已发布，"+strconv.Itoa(told)+" 件在办事项将重新计算期限。")
}

func (s *pages) registrationPage(w http.ResponseWriter, r *http.Request, status int, form ui.BoundForm) error {
	return s.ShowStatus(w, r, status, web.Frame{Title: "登记信息"}, registrationPage(form))
}

func (s *pages) pushRegistration(w http.ResponseWriter, r *http.Request) error {
	form, changed, err := s.DecodeForm(r, ui.SchemaOf[nursery.Registration](), casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.registrationPage(w, r, http.StatusOK, form)
	}
	in, err := ui.Bind[nursery.Registration](&form)
	if err != nil {
		return err
	}
	if _, err := s.service.PushRegistration(r.Context(), web.Principal(r.Context()), web.Key(r), in); err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid {
			return err
		}
		form.AddFaults(refused, "")
		return s.registrationPage(w, r, http.StatusUnprocessableEntity, form)
	}
	return s.Done(w, r, "/registrations", "已推送 "+in.Name+" 的登记信息。")
}

// settingText writes a setting's value as it is read.
func settingText(x nursery.Setting, value json.RawMessage) string {
	text := jsonText(value)
	for _, o := range x.Options {
		if o.Value == text {
			return o.Title
		}
	}
	return text
}

// settingNamed is the setting of that name; one that is no longer known has its name for a title.
func settingNamed(all []casework.SettingView, name string) nursery.Setting {
	for _, x := range all {
		if x.Name == name {
			return x.Setting
		}
	}
	return nursery.Setting{Title: name}
}

// jsonText writes a setting's value as it is typed.
func jsonText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}
