package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
)

// DocumentNumber is the path parameter with the number of a document.
type DocumentNumber struct {
	ID string `path:"id" maxLength:"64" doc:"文书标识"`
}

func registerDocuments(a *api) {
	get := operation(http.MethodGet, "/api/v1/documents/{id}", "getDocument", tagDocuments, "下载文书", http.StatusNotFound, http.StatusConflict)
	get.Description = "已作出决定而文书尚在制作时返回 409 document_pending，请按 Retry-After 稍后再取；含有不能打印的内容时返回 409 document_unprintable，说明是哪个字符。"
	register(a, downloading(get, "application/pdf", "文书"), func(ctx context.Context, in *DocumentNumber) (*file, error) {
		paper, content, err := a.service.OpenDocument(ctx, principal(ctx), in.ID)
		if err != nil {
			return nil, err
		}
		return a.send(content, paper.Number+" "+paper.Title+".pdf", "application/pdf", paper.Size), nil
	})

	type ending struct {
		Command
		DocumentNumber
		Body statedReason
	}
	revoke := operation(http.MethodPost, "/api/v1/documents/{id}/revoke", "revokeDocument", tagDocuments, "撤销文书", http.StatusNotFound)
	revoke.Description = "撤销后核验页显示文书已失效及理由。"
	register(a, revoke, func(ctx context.Context, in *ending) (*answer[casework.Document], error) {
		return reply(a.service.RevokeDocument(ctx, principal(ctx), in.Key, in.ID, in.Body.Reason))
	})

	reissue := creating(operation(http.MethodPost, "/api/v1/documents/{id}/reissue", "reissueDocument", tagDocuments, "重新制发文书", http.StatusNotFound))
	reissue.Description = "制发一份新编号、新核验码的文书取代原文书，原文书自此失效。"
	register(a, reissue, func(ctx context.Context, in *ending) (*made[casework.Document], error) {
		paper, err := a.service.Reissue(ctx, principal(ctx), in.Key, in.ID, in.Body.Reason)
		return newAt(paper, err, func(paper casework.Document) string { return pathOf("documents", paper.ID) })
	})
}
