document.body.append("The playground is not built yet.");
