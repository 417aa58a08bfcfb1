// The example calls this server, wherever it is.
const call = document.getElementById("call");
call.textContent = call.textContent.replace("http://127.0.0.1:8080", location.origin);
