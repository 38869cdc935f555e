package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// waitTwice sleeps for three and then for four days, and tells how long it took by its own clock.
func waitTwice(ctx workflow.Context) (time.Duration, error) {
	begun := workflow.Now(ctx)
	for _, days := range []int{3, 4} {
		if err := workflow.Sleep(ctx, time.Duration(days)*24*time.Hour); err != nil {
			return 0, err
		}
	}
	return workflow.Now(ctx).Sub(begun), nil
}

func hello(workflow.Context) (string, error) { return "hello", nil }

// temporalClient gives a client with a worker for the two workflows.
func temporalClient(t *testing.T, d *devstack) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: d.env["TUOYU_TEMPORAL_ADDRESS"], Namespace: d.env["TUOYU_TEMPORAL_NAMESPACE"],
		Logger: sdklog.NewStructuredLogger(discardLog())})
	if err != nil {
		t.Fatal(err)
	}
	w := worker.New(c, "probe", worker.Options{})
	w.RegisterWorkflow(waitTwice)
	w.RegisterWorkflow(hello)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(); c.Close() })
	return c
}

func checkTemporal(t *testing.T, d *devstack) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c := temporalClient(t, d)
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: "probe"}, hello)
	if err != nil {
		t.Fatal(err)
	}
	var said string
	if err := run.Get(ctx, &said); err != nil || said != "hello" {
		t.Fatalf("said %q, %v", said, err)
	}
	ns, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	if kept := ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); kept != 90*24*time.Hour {
		t.Errorf("histories are kept for %s", kept)
	}
}

func checkTimeSkipping(t *testing.T, d *devstack) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c := temporalClient(t, d)
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: "probe"}, waitTwice)
	if err != nil {
		t.Fatal(err)
	}
	execution := &commonpb.WorkflowExecution{WorkflowId: run.GetID(), RunId: run.GetRunID()}
	begun := time.Now()
	for _, step := range []struct {
		id   string
		days int
	}{{"over-the-first", 5}, {"over-the-second", 3}} {
		_, err = c.WorkflowService().UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
			Namespace: namespace, WorkflowExecution: execution,
			WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
				Enabled: true,
				FastForwardConfig: &commonpb.FastForwardConfig{
					Id: step.id, Duration: durationpb.New(time.Duration(step.days) * 24 * time.Hour),
				},
			}},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
		})
		if err != nil {
			t.Fatalf("fast-forward %d days: %v", step.days, err)
		}
		if step.days == 3 {
			break // the workflow ends before this fast-forward does
		}
		done, err := c.WorkflowService().PollWorkflowExecutionTimeSkipping(ctx, &workflowservice.PollWorkflowExecutionTimeSkippingRequest{
			Namespace: namespace, WorkflowExecution: execution, FastForwardId: step.id,
		})
		if err != nil || done.GetFastForwardPollingResult() != enumspb.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED {
			t.Fatalf("fast-forward %d days: %v, %v", step.days, done, err)
		}
		if state := workflowStatus(ctx, t, c, run); state != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			t.Fatalf("after five days of seven the workflow is %s", state)
		}
	}
	var took time.Duration
	if err := run.Get(ctx, &took); err != nil {
		t.Fatal(err)
	}
	if days := took.Hours() / 24; days < 7 || days > 7.01 {
		t.Errorf("the workflow saw %.2f days pass", days)
	}
	if real := time.Since(begun); real > 5*time.Second {
		t.Errorf("skipping seven days took %s", real)
	}
}

func workflowStatus(ctx context.Context, t *testing.T, c client.Client, run client.WorkflowRun) enumspb.WorkflowExecutionStatus {
	t.Helper()
	seen, err := c.DescribeWorkflowExecution(ctx, run.GetID(), run.GetRunID())
	if err != nil {
		t.Fatal(err)
	}
	return seen.GetWorkflowExecutionInfo().GetStatus()
}

const samplePage = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><link rel="stylesheet" href="style.css"></head>
<body><h1>托育机构备案回执</h1><p class="hidden">never printed</p><iframe src="file:///etc/passwd"></iframe>
<iframe src="PLACE/version"></iframe><script>document.body.textContent = 'scripted'</script></body></html>`

// post sends a form to the renderer: files by name, fields by name.
func post(t *testing.T, base string, files, fields map[string]string) (status int, body []byte, header http.Header) {
	t.Helper()
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	for name, text := range files {
		part, err := form.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, text); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, base+"/forms/chromium/convert/html", &buf)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Gotenberg-Trace", "trace-1")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err = io.ReadAll(res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body, res.Header
}

// pageBox finds the size of the first page in points: Chromium writes its page dictionaries in the clear.
var pageBox = regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`)

func checkRenderer(t *testing.T, d *devstack) {
	base := d.env["TUOYU_GOTENBERG_URL"]
	if v := get(t, base+"/version"); !strings.HasPrefix(v, "8.") {
		t.Errorf("version %q", v)
	}
	if h := get(t, base+"/health"); !strings.Contains(h, `"status":"up"`) {
		t.Errorf("health %s", h)
	}
	page := strings.Replace(samplePage, "PLACE", base, 1)
	style := ".hidden{display:none}"
	for _, c := range []struct {
		name   string
		fields map[string]string
		width  float64
		height float64
	}{
		{"letter is the default", nil, 612, 792},
		{"a4 in millimetres", map[string]string{"paperWidth": "210mm", "paperHeight": "297mm", "unknown": "1"}, 595.3, 841.9},
		{"a4 lying", map[string]string{"paperWidth": "8.27", "paperHeight": "11.7", "landscape": "true"}, 842.4, 595.4},
	} {
		status, pdf, header := post(t, base, map[string]string{"index.html": page, "style.css": style}, c.fields)
		if status != http.StatusOK || !bytes.HasPrefix(pdf, []byte("%PDF-")) || header.Get("Content-Type") != "application/pdf" {
			t.Fatalf("%s: %d %.200s", c.name, status, pdf)
		}
		if header.Get("Gotenberg-Trace") != "trace-1" {
			t.Errorf("%s: trace %q", c.name, header.Get("Gotenberg-Trace"))
		}
		mustMeasure(t, pdf, c.width, c.height)
	}
	t.Run("the page's own size", func(t *testing.T) {
		_, pdf, _ := post(t, base, map[string]string{"index.html": `<style>@page{size:100mm 50mm}</style>x`}, map[string]string{"preferCssPageSize": "true"})
		mustMeasure(t, pdf, 283.5, 141.7)
	})
	t.Run("text, header and footer, no script, no file of the machine", func(t *testing.T) {
		_, pdf, _ := post(t, base, map[string]string{"index.html": page, "style.css": style,
			"footer.html": `<p style="font-size:9px">page <span class="pageNumber"></span></p>`}, map[string]string{"marginBottom": "2cm"})
		text := pdfText(t, pdf)
		for _, want := range []string{"托育机构备案回执", "page 1"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in %q", want, text)
			}
		}
		for _, never := range []string{"root:", "devstack", "scripted", "never printed"} {
			if strings.Contains(text, never) {
				t.Errorf("%q is in %q", never, text)
			}
		}
	})
	for _, c := range []struct {
		name   string
		files  map[string]string
		fields map[string]string
		status int
		words  string
	}{
		{"no index", map[string]string{"other.html": "x"}, nil, 400, "'index.html' is required"},
		{"bad length", map[string]string{"index.html": "x"}, map[string]string{"marginTop": "wide"}, 400, "'marginTop'"},
		{"pages backwards", map[string]string{"index.html": "x"}, map[string]string{"nativePageRanges": "5-2"}, 400, "Page range"},
		{"no room", map[string]string{"index.html": "x"}, map[string]string{"marginTop": "9", "marginBottom": "9"}, 400, "content area"},
		{"pdf/a", map[string]string{"index.html": "x"}, map[string]string{"pdfa": "PDF/A-2b"}, 400, "PDF/A"},
		{"absent file", map[string]string{"index.html": page}, map[string]string{"failOnResourceLoadingFailed": "true"}, 409, "style.css"},
	} {
		status, body, _ := post(t, base, c.files, c.fields)
		if status != c.status || !strings.Contains(string(body), c.words) {
			t.Errorf("%s: %d %.300s", c.name, status, body)
		}
	}
	res, err := http.Post(base+"/forms/chromium/convert/url", "text/plain", nil)
	if err != nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("a URL: %v, %v", res, err)
	}
}

// mustMeasure checks the first page's size in points. Chromium lays pages out in whole pixels of 0.75 points.
func mustMeasure(t *testing.T, pdf []byte, width, height float64) {
	t.Helper()
	box := pageBox.FindSubmatch(pdf)
	if box == nil {
		t.Fatal("no page size in the PDF")
	}
	for i, want := range []float64{width, height} {
		got, err := strconv.ParseFloat(string(box[i+1]), 64)
		if err != nil || got < want-1 || got > want+1 {
			t.Errorf("page is %s by %s, want %.1f by %.1f", box[1], box[2], width, height)
		}
	}
}

func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext (Debian's package poppler-utils): %v", err)
	}
	return string(out)
}

func TestRendererBounds(t *testing.T) {
	path, err := findChromium(t.Context(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	b, err := startBrowser(path, t.TempDir(), "bounds-"+t.Name())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.stop)
	page := map[string]string{"index.html": "x"}

	t.Run("a full queue is 429", func(t *testing.T) {
		srv := httptest.NewServer(newRenderer(b, 1, 1, 20*time.Second).handler())
		defer srv.Close()
		var mu sync.Mutex
		count := map[int]int{}
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				status, _, _ := post(t, srv.URL, page, map[string]string{"waitDelay": "1s"})
				mu.Lock()
				defer mu.Unlock()
				count[status]++
			})
		}
		wg.Wait()
		if count[200] != 2 || count[429] != 3 {
			t.Errorf("answers %v", count)
		}
	})
	t.Run("a slow job is 503", func(t *testing.T) {
		srv := httptest.NewServer(newRenderer(b, 1, 1, 500*time.Millisecond).handler())
		defer srv.Close()
		if status, body, _ := post(t, srv.URL, page, map[string]string{"waitDelay": "10s"}); status != http.StatusServiceUnavailable {
			t.Errorf("%d %s", status, body)
		}
	})
	t.Run("a large body is 413", func(t *testing.T) {
		srv := httptest.NewServer(newRenderer(b, 1, 1, 20*time.Second).handler())
		defer srv.Close()
		large := map[string]string{"index.html": "x", "font.ttf": strings.Repeat("x", maxRenderBody+1)}
		if status, body, _ := post(t, srv.URL, large, nil); status != http.StatusRequestEntityTooLarge {
			t.Errorf("%d %.100s", status, body)
		}
	})
	t.Run("a browser that dies is replaced, and the job is not lost", func(t *testing.T) {
		srv := httptest.NewServer(newRenderer(b, 1, 1, 20*time.Second).handler())
		defer srv.Close()
		before := marked(b.run)
		if len(before) == 0 {
			t.Fatal("no browser seen")
		}
		time.AfterFunc(500*time.Millisecond, func() {
			for _, pid := range before {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		})
		if status, body, _ := post(t, srv.URL, page, map[string]string{"waitDelay": "1s"}); status != http.StatusOK {
			t.Errorf("%d %.200s", status, body)
		}
	})
}

func checkAccountTokens(t *testing.T, d *devstack) {
	var listed []account
	if err := json.Unmarshal([]byte(get(t, d.env["TUOYU_OIDC_ISSUER"]+"/accounts")), &listed); err != nil {
		t.Fatal(err)
	}
	if want := 4 + 12*(14+12); len(listed) != want {
		t.Errorf("%d accounts, want %d", len(listed), want)
	}
	for name, want := range map[string]string{
		"clerk-140403":              `{"county":"140403","name":"clerk-140403","roles":["clerk"]}`,
		"institution-140403-01":     `{"county":"140403","institution":"inst-140403-01","name":"institution-140403-01","roles":["institution"]}`,
		"hospital-140431":           `{"county":"140431","institution":"hosp-140431","name":"hospital-140431","roles":["hospital"]}`,
		"registrar-civil-140423":    `{"county":"140423","name":"registrar-civil-140423","registrar":"civil_affairs","roles":["registrar"]}`,
		"city-office":               `{"county":"140400","name":"city-office","roles":["city_office"]}`,
		"registrar-staffing-140403": `{"county":"140403","name":"registrar-staffing-140403","registrar":"staffing","roles":["registrar"]}`,
	} {
		claims := verifyToken(t, d, accountToken(t, d, name))
		if claims["sub"] != name {
			t.Errorf("%s: subject %v", name, claims["sub"])
		}
		own := map[string]any{}
		for _, c := range []string{"name", "roles", "county", "institution", "registrar"} {
			if v, ok := claims[c]; ok {
				own[c] = v
			}
		}
		if got, err := json.Marshal(own); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
		if life := claims["exp"].(float64) - claims["iat"].(float64); life < 3599 || life > 3600 {
			t.Errorf("%s: token lives %.0f s", name, life)
		}
	}
	res, err := http.PostForm(d.env["TUOYU_OIDC_ISSUER"]+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"clerk-140403"}, "client_secret": {"clerk-140404"}})
	if err != nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong secret: %v, %v", res, err)
	}
}

// accountToken asks for an account's access token by client credentials.
func accountToken(t *testing.T, d *devstack, name string) string {
	t.Helper()
	return tokens(t, d, url.Values{"grant_type": {"client_credentials"}, "client_id": {name}, "client_secret": {name}})["access_token"].(string)
}

func tokens(t *testing.T, d *devstack, form url.Values) map[string]any {
	t.Helper()
	res, err := http.PostForm(d.env["TUOYU_OIDC_ISSUER"]+"/oauth/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("token: %s %v, %v", res.Status, answer, err)
	}
	return answer
}

// verifyToken checks a token's signature by the provider's published keys, and its issuer and audience.
// The issuer holds the port, which differs from run to run here, so only a token of this run is held to it.
func verifyToken(t *testing.T, d *devstack, token string) map[string]any {
	t.Helper()
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(get(t, d.env["TUOYU_OIDC_ISSUER"]+"/keys")), &keys); err != nil {
		t.Fatal(err)
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := parsed.Claims(&keys, &claims); err != nil {
		t.Fatalf("signature: %v", err)
	}
	if aud, ok := claims["aud"].([]any); !ok || len(aud) == 0 || aud[0] != "tuoyu" {
		t.Errorf("audience %v", claims["aud"])
	}
	return claims
}

func checkSignIn(t *testing.T, d *devstack) {
	issuer := d.env["TUOYU_OIDC_ISSUER"]
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	verifier := strings.Repeat("v", 50)
	sum := sha256.Sum256([]byte(verifier))
	ask := url.Values{
		"client_id": {"tuoyu-web"}, "redirect_uri": {"http://localhost:18080/signin/callback"}, "response_type": {"code"},
		"scope": {"openid"}, "state": {"s1"}, "nonce": {"n1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	signInURL := location(t, browser, issuer+"/authorize?"+ask.Encode(), nil)
	page := get(t, issuer+signInURL.RequestURI())
	for _, want := range []string{"选择账号登录", "长治市", "沁源县", `value="inspector-140428-3"`} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	back := location(t, browser, issuer+"/sign-in", url.Values{"request": {signInURL.Query().Get("request")}, "account": {"supervisor-140403"}})
	final := location(t, browser, issuer+back.RequestURI(), nil)
	if final.Host != "localhost:18080" || final.Path != "/signin/callback" || final.Query().Get("state") != "s1" {
		t.Fatalf("sent to %s", final)
	}
	exchange := url.Values{"grant_type": {"authorization_code"}, "client_id": {"tuoyu-web"}, "code": {final.Query().Get("code")},
		"redirect_uri": ask["redirect_uri"], "code_verifier": {verifier}}
	got := tokens(t, d, exchange)
	for _, kind := range []string{"access_token", "id_token"} {
		claims := verifyToken(t, d, got[kind].(string))
		if claims["sub"] != "supervisor-140403" || claims["county"] != "140403" || claims["name"] != "supervisor-140403" {
			t.Errorf("%s: %v", kind, claims)
		}
	}
	if id := verifyToken(t, d, got["id_token"].(string)); id["nonce"] != "n1" {
		t.Errorf("nonce %v", id["nonce"])
	}
	if res, err := http.PostForm(issuer+"/oauth/token", exchange); err != nil || res.StatusCode == http.StatusOK {
		t.Errorf("the code works twice: %v, %v", res, err)
	}
	end := url.Values{"client_id": {"tuoyu-web"}, "post_logout_redirect_uri": {"http://127.0.0.1:18080/"}}
	if to := location(t, browser, issuer+"/end_session?"+end.Encode(), nil); to.String() != "http://127.0.0.1:18080/" {
		t.Errorf("signed out to %s", to)
	}
	for what, change := range map[string]url.Values{
		"another place": {"redirect_uri": {"http://example.com/signin/callback"}},
		"another path":  {"redirect_uri": {"http://localhost:18080/elsewhere"}},
		"no challenge":  {"code_challenge": {""}},
	} {
		bad := url.Values{}
		for k, v := range ask {
			bad[k] = v
		}
		for k, v := range change {
			bad[k] = v
		}
		res, err := browser.Get(issuer + "/authorize?" + bad.Encode())
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if to := res.Header.Get("Location"); strings.Contains(to, "/sign-in") || strings.Contains(to, "example.com") {
			t.Errorf("%s is sent on to %s", what, to)
		}
	}
}

// location sends a request, a form when given, and gives where it is redirected to.
func location(t *testing.T, c *http.Client, address string, form url.Values) *url.URL {
	t.Helper()
	var res *http.Response
	var err error
	if form == nil {
		res, err = c.Get(address)
	} else {
		res, err = c.PostForm(address, form)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusFound {
		t.Fatalf("%s: %s %s", address, res.Status, body)
	}
	to, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func TestLengths(t *testing.T) {
	for text, want := range map[string]float64{
		"8.27": 8.27, "1in": 1, "72pt": 1, "96px": 1, "2.54cm": 1, "25.4mm": 1, "6pc": 1, "0": 0, "": 0.39, "10 mm": 10 / 25.4,
	} {
		f := &formReader{values: map[string][]string{"x": {text}}}
		if got := f.length("x", 0.39); f.err() != nil || got < want-1e-9 || got > want+1e-9 {
			t.Errorf("%q is %v, %v; want %v", text, got, f.err(), want)
		}
	}
	for _, text := range []string{"wide", "-1", "1 parsec", "NaN", "1e9"} {
		f := &formReader{values: map[string][]string{"x": {text}}}
		if got := f.length("x", 0.39); f.err() == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestAccountNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range accounts() {
		if seen[a.Name] || a.Role == "" || len(a.County) != 6 || a.Place == "" {
			t.Errorf("%+v", a)
		}
		seen[a.Name] = true
	}
}
