/** Whether something the hub leans on works now; the reason is for operators. */
export type Health = { readonly ok: true } | { readonly ok: false; readonly reason: string }
