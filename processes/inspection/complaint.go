package inspection

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// FileComplaint files a complaint about an institution (投诉举报). A caller who has not signed in is the zero principal.
// The text and the contact are sealed, and the complainant is recorded nowhere else. Errors: invalid,
// idempotency_key_required, engine_unavailable without a keyset.
func (s *Service) FileComplaint(ctx context.Context, p nursery.Principal, key string, in ComplaintRequest) (casework.Started, error) {
	source := "public"
	if p.Account != "" {
		if err := s.Authorize(ctx, p, "complaint.file", casework.Resource{}); err != nil {
			return casework.Started{}, err
		}
		if source = "office"; p.Role == nursery.RoleInstitution {
			source = "institution"
		}
	}
	if key == "" {
		return casework.Started{}, casework.NewError(casework.CodeKeyRequired, "缺少幂等键（Idempotency-Key）。")
	}
	if s.Fields == nil {
		return casework.Started{}, casework.NewError(casework.CodeEngineUnavailable, "系统尚未配置密钥，暂不能受理投诉举报。")
	}
	if p.Account == "" {
		var err error
		if key, err = strangersKey(key, in); err != nil {
			return casework.Started{}, err
		}
	}
	id := casework.CompletionID(p, key)
	return casework.Command(ctx, s.Service, nursery.Engine, "complaint/"+id, "complaint.file", in, func(q *store.Queries) (casework.Started, error) {
		var c casework.Checker
		c.Limits(in)
		if err := checkAbout(ctx, q, &c, in); err != nil {
			return casework.Started{}, err
		}
		if err := c.Err(); err != nil {
			return casework.Started{}, err
		}
		desk := casework.OwnerName(nursery.KindComplaint, in.County)
		err := q.PutComplaintDesk(ctx, store.PutComplaintDeskParams{ID: desk, County: in.County, Name: "投诉举报", UpdatedAt: s.Now()})
		if err != nil {
			return casework.Started{}, err
		}
		started, err := s.OpenCase(ctx, q, nursery.Engine, casework.Opening{
			Kind: nursery.KindComplaint, County: in.County, Institution: desk, Subject: "投诉举报", About: id, Facts: struct{}{}, Note: "登记投诉举报",
		})
		if err != nil {
			return casework.Started{}, err
		}
		row := store.InsertComplaintParams{CaseNo: started.CaseNo, County: in.County, Source: source, Topic: in.Topic, ReceivedAt: s.Now()}
		if err := s.sealComplaint(&row, in); err != nil {
			return casework.Started{}, err
		}
		if err := q.InsertComplaint(ctx, row); err != nil {
			return casework.Started{}, err
		}
		return started, nil
	})
}

// checkAbout finds what is wrong with what a complaint is about: a filed institution of the county, or a place with a name and an
// address.
func checkAbout(ctx context.Context, q *store.Queries, c *casework.Checker, in ComplaintRequest) error {
	if in.Institution == "" {
		c.Division("/county", in.County, "")
		for field, text := range map[string]string{"/place_name": in.PlaceName, "/address": in.Address} {
			if strings.TrimSpace(text) == "" {
				c.Add(field, "请填写")
			}
		}
		return nil
	}
	if in.PlaceName != "" || in.Address != "" {
		c.Add("/institution", "已选择机构的，不填写名称和地址")
	}
	about, err := q.InstitutionByID(ctx, in.Institution)
	if err != nil && !store.IsNotFound(err) {
		return fmt.Errorf("read institution: %w", err)
	}
	if err != nil || about.County != in.County || about.FilingCase == nil {
		c.Add("/institution", "该县区没有这家机构")
	}
	return nil
}

// complaintPlace is a place that nobody has filed, as it is sealed.
type complaintPlace struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// sealComplaint seals the text, who sent it, and the place that is not on the register.
func (s *Service) sealComplaint(row *store.InsertComplaintParams, in ComplaintRequest) (err error) {
	seal := func(column, text string) []byte {
		if err != nil || text == "" {
			return nil
		}
		var sealed []byte
		sealed, err = s.Fields.Seal([]byte(text), sealing.Cell{Table: "complaints", Column: column, Row: row.CaseNo})
		return sealed
	}
	row.Said, row.Contact = seal("said", in.Said), seal("contact", in.Contact)
	if in.Institution != "" {
		row.About = &in.Institution
		return err
	}
	raw, encoding := json.Marshal(complaintPlace{in.PlaceName, in.Address})
	if encoding != nil {
		return fmt.Errorf("encode place of complaint: %w", encoding)
	}
	row.Place = seal("place", string(raw))
	return err
}

// A key of somebody who has not signed in is at least as long as 128 random bits in base64, and of as many different
// characters as such a key has.
const (
	leastStrangersKey = 22
	leastDifferent    = 8
)

// strangersKey returns the idempotency key of somebody who has not signed in. All such people share one key space, so the
// key must be one that nobody else can guess, and counts together with what was sent: the same key with another complaint is
// another command, never a conflict. The error is idempotency_key_weak.
func strangersKey(key string, in ComplaintRequest) (string, error) {
	different := map[rune]bool{}
	for _, r := range key {
		different[r] = true
	}
	if len(key) < leastStrangersKey || len(different) < leastDifferent || len(key) > 200 {
		return "", casework.NewError(casework.CodeKeyWeak, "未登录的请求，幂等键应为至少 22 位的随机字符，例如随机生成的 UUID。")
	}
	hash, err := casework.BodyHash([]any{key, in})
	if err != nil {
		return "", err
	}
	return "stranger/" + hex.EncodeToString(hash), nil
}

// Complaint opens a complaint to the supervisor who triages it. That it was read is logged, once a reader and day. Errors:
// not_found, sealing_unavailable.
func (s *Service) Complaint(ctx context.Context, p nursery.Principal, caseNo string) (ComplaintDetail, error) {
	var d ComplaintDetail
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, row, err := complaintCase.Read(ctx, s.Service, q, p, "complaint.read", caseNo)
		if err != nil {
			return err
		}
		if s.Fields == nil {
			return casework.NewError(casework.CodeSealingUnavailable, "系统尚未配置密钥，暂不能查看。")
		}
		d = ComplaintDetail{
			CaseNo: row.CaseNo, County: row.County, Source: row.Source, Topic: row.Topic, Photos: []casework.Attachment{},
			Stage: nursery.Stage(c.Stage), Answer: row.Answer, ReceivedAt: row.ReceivedAt,
		}
		if err := s.openComplaint(&d, row); err != nil {
			return err
		}
		if err := s.photosOf(ctx, q, p, c.Institution, &d); err != nil {
			return err
		}
		if row.Inspection != nil {
			d.Inspection = *row.Inspection
		}
		if row.About != nil {
			d.Institution = *row.About
			if err := casework.NameParty(ctx, q, []casework.Party{{ID: d.Institution, Name: &d.InstitutionName}}); err != nil {
				return err
			}
		}
		return activities.NoteCaseReading(ctx, q, activities.Reading{
			By: p, Purpose: nursery.ReadForComplaint, Subject: nursery.ReadComplaint, About: row.CaseNo,
			Fields: []nursery.ChildField{nursery.ComplaintSaid, nursery.ComplaintContact}, At: s.Now(),
		}, row.County)
	})
	return d, err
}

// openComplaint opens what is sealed of a complaint.
func (s *Service) openComplaint(d *ComplaintDetail, row store.Complaint) (err error) {
	open := func(column string, sealed []byte) []byte {
		if err != nil || sealed == nil {
			return nil
		}
		var text []byte
		text, err = s.Fields.Open(sealed, sealing.Cell{Table: "complaints", Column: column, Row: row.CaseNo})
		return text
	}
	d.Said, d.Contact = string(open("said", row.Said)), string(open("contact", row.Contact))
	place := open("place", row.Place)
	if err != nil || place == nil {
		return err
	}
	var at complaintPlace
	if err := json.Unmarshal(place, &at); err != nil {
		return fmt.Errorf("decode place of complaint %s: %w", row.CaseNo, err)
	}
	d.PlaceName, d.Address = at.Name, at.Address
	return nil
}
