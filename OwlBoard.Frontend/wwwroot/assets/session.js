// Who is logged in, for this tab.

const key = "owlboard.user";

export function currentUser() {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

export const remember = (user) => sessionStorage.setItem(key, JSON.stringify(user));

export const forget = () => sessionStorage.removeItem(key);
