package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/e2e/stories"
)

// weights is the relative frequency of each story; a story that is not listed is not played. A story that uses up a
// county or an account is limited by most.
var weights = []struct {
	story  string
	weight int
	most   int // 0: any number
}{
	{"clean", 4, 0}, {"eleven-gaps", 4, 0}, {"nonconformity", 4, 0}, {"family-point", 3, 0}, {"withdrawn", 4, 0},
	{"silent-office", 2, 0}, {"county-site", 1, 3}, {"contract", 2, 0}, {"checkup", 3, 8}, {"inspection", 3, 0}, {"insurance", 3, 11},
}

// ended is the result of a story, played to its end or up to an error.
type ended struct {
	story string
	cases []string
	err   error
}

// play plays stories one after the other until ctx ends. The story in progress is played to its end.
func (s *storm) play(ctx context.Context, player int) {
	random := random(s.seed + uint64(player)*7919)
	stage := &stories.Stage{
		Address: s.in.url, Users: s.users, Temporal: s.in.temporal, Namespace: s.namespace, Run: fmt.Sprintf("%s-%d", runName, player),
		Folder: filepath.Join(s.in.folder, fmt.Sprint("papers-", player)), Out: io.Discard,
	}
	for ctx.Err() == nil {
		story := s.choose(random.IntN)
		begun := time.Now()
		cases, err := stage.Play(s.whole, story)
		s.note("story %s of player %d: %.1f s %v %v", story.Name, player, time.Since(begun).Seconds(), cases, err)
		s.mu.Lock()
		s.ended = append(s.ended, ended{story.Name, cases, err})
		s.mu.Unlock()
	}
}

// choose picks a story by weight.
func (s *storm) choose(intN func(int) int) stories.Story {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for _, w := range weights {
		if w.most == 0 || s.played[w.story] < w.most {
			total += w.weight
		}
	}
	n := intN(total)
	for _, w := range weights {
		if w.most > 0 && s.played[w.story] >= w.most {
			continue
		}
		if n -= w.weight; n < 0 {
			s.played[w.story]++
			all := stories.Ended()
			return all[slices.IndexFunc(all, func(st stories.Story) bool { return st.Name == w.story })]
		}
	}
	panic("a weight is left over")
}

// chat has clerks and supervisors read their lists and comment on open cases until ctx ends.
func (s *storm) chat(ctx context.Context) {
	counties := []string{"140403", "140404", "140406", "140423", "140431"}
	for n := 0; ctx.Err() == nil; n++ {
		who := s.users.As([]string{"clerk-", "supervisor-"}[n%2] + counties[n%len(counties)])
		cases, err := who.Cases(s.whole, url.Values{"limit": {"20"}})
		if err == nil {
			_, err = who.HasTask(s.whole, "filing.review")
		}
		if err == nil && len(cases) > 0 {
			c := cases[n%len(cases)]
			err = who.Do(s.whole, roleplay.Request{
				Method: http.MethodPost, Path: "/api/v1/cases/" + c.CaseNo + "/comments", Key: fmt.Sprintf("%s-chat-%d", runName, n),
				Body: map[string]any{"text": fmt.Sprintf("第 %d 条留言", n), "internal": n%3 == 0},
			}, nil)
		}
		if err != nil {
			s.mu.Lock()
			s.ended = append(s.ended, ended{"comment", nil, err})
			s.mu.Unlock()
		}
		select {
		case <-ctx.Done():
		case <-time.After(150 * time.Millisecond):
		}
	}
}

// load has the players play until ctx ends, and returns when all have finished their stories.
func (s *storm) load(ctx context.Context, players int) {
	var all sync.WaitGroup
	for n := range players {
		all.Go(func() { s.play(ctx, n) })
	}
	all.Go(func() { s.chat(ctx) })
	all.Wait()
}
