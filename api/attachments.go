package api

import (
	"context"
	"fmt"
	"io"

	"tuoyu/casework"
)

func registerAttachments(a *API) {
	g := a.Group(TagAttachments)
	Create(g.Op("POST /api/v1/attachments", "uploadAttachment", "上传材料",
		fmt.Sprintf("表单最后一项为 file。接收 PDF、图片、DOCX 和 XLSX，不超过 %d MiB，类型以内容为准。工作人员代为上传时，在 file 之前填写 institution。", a.maxUpload>>20)).
		Form(map[string]string{"institution": "机构标识，仅由工作人员代为上传时填写", "county": "县区代码，仅由工作人员代为上传时填写"}, "文件，须为最后一项"),
		func(ctx context.Context, in *Upload) (casework.Attachment, error) {
			into := casework.Upload{}
			return TakeForm(in, map[string]*string{"institution": &into.Institution, "county": &into.County},
				func(name string, body io.Reader) (casework.Attachment, error) {
					into.Name, into.Body = name, body
					return a.service.Upload(ctx, Principal(ctx), into)
				})
		}, func(kept casework.Attachment) string { return PathOf("attachments", kept.ID) })

	stream(g.Op("GET /api/v1/attachments/{id}", "getAttachment", "下载材料", ""), "application/octet-stream", "材料文件，类型如上传时所识别",
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"64" doc:"附件编号"`
		}) (*file, error) {
			kept, content, err := a.service.OpenAttachment(ctx, Principal(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return a.send(content, kept.Name, kept.MediaType, kept.Size), nil
		})
}
