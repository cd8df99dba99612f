/** The server's login page, beside this page, that leads back to where the reader is. */
export function loginPage(here: string = location.href, base: string = document.baseURI): string {
  const page = new URL("login", base);
  const back = new URL(here);
  page.searchParams.set("next", back.pathname + back.search + back.hash);
  return page.href;
}

/** Sends a reader who is not logged in, or not any more, to the login page. */
export function loginWhereNeeded(response: Response): void {
  if (response.status === 401) location.assign(loginPage());
}
