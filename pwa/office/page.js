// Says in words when a part of the page could not be fetched; htmx alone would stay silent.

const REASONS = new Map([
  [403, "这一步不在您的权限内，系统没有作任何改动。"],
  [404, "没有找到这份内容，可能已被移走或不在您的职责范围内。"],
  [409, "这份内容刚被别人改过，请刷新页面后再试。"],
  [413, "内容太大，没有接收。"],
]);

/** @param {string} zh */
function notify(zh) {
  const box = document.getElementById("notices");
  if (!box) return;
  const notice = document.createElement("div");
  notice.className = "alert alert-danger";
  notice.setAttribute("role", "alert");
  notice.textContent = zh;
  box.replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:sendError", () => notify("没有发出：网络不通。内容仍在本页，请稍后再试。"));
document.addEventListener("htmx:timeout", () => notify("等了太久没有回应，可能没有办成。请刷新页面核对后再试。"));
document.addEventListener("htmx:responseError", (event) => {
  const status = /** @type {CustomEvent} */ (event).detail.xhr.status;
  notify(REASONS.get(status) ?? "系统出错，这一步没有完成；此前已保存的记录不受影响。");
});
