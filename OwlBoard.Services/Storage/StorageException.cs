namespace OwlBoard.Services.Storage;

/// <summary>The storage cannot be used; the message tells the operator what to mend.</summary>
internal sealed class StorageException(string message, Exception? cause = null) : Exception(message, cause);
